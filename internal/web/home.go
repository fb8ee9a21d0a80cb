package web

// home answers GET /.
func (s *Site) home(v *visit) (answer, error) { return s.about(v) }
