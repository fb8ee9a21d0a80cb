package web

// deskRoutes is the table of the staff pages.
func (s *Site) deskRoutes() []route { return nil }
