package app

import (
	"context"
	"errors"
	"fmt"

	"soi/internal/auth"
	"soi/internal/desk"
	"soi/internal/fetch"
)

// outside is the provider that people may sign in with, if the settings name
// one.
func (a *App) outside() (auth.OutsideConfig, error) {
	c := a.Config.Outside
	if c.Issuer == "" {
		return auth.OutsideConfig{}, nil
	}
	client, err := fetch.Issuer(c.Issuer, c.Private)
	if err != nil {
		return auth.OutsideConfig{}, fmt.Errorf("oidc-issuer: %w", err)
	}
	groups := map[string]desk.Role{}
	for g, r := range c.Groups {
		groups[g] = desk.Role(r)
	}
	return auth.OutsideConfig{Issuer: c.Issuer, Name: c.Name, Client: c.Client, Secret: c.Secret, HTTP: client, ACR: c.ACR,
		Groups: groups, Provision: func(ctx context.Context, name string, r desk.Role) (desk.Staff, error) {
			return a.Desk.AddStaff(ctx, desk.Program(), name, r, a.Config.Langs[0])
		}}, nil
}

// examineOutside asks the provider to describe itself, as signing in would.
func (a *App) examineOutside(ctx context.Context, d *doctor) {
	name := a.Auth.OutsideName()
	if name == "" {
		return
	}
	err := a.Auth.CheckOutside(ctx)
	var kind *fetch.Error
	switch {
	case err == nil:
		d.say(Well, "%s answers; staff can sign in with it beside passkeys.", "%s trả lời; nhân viên có thể đăng nhập bằng nó bên cạnh khoá truy cập.", name)
	case errors.As(err, &kind) && kind.Kind == fetch.KindAddress:
		d.say(Trouble, "%s stands in a private network, where soi does not reach: set oidc-private if that is meant.",
			"%s ở mạng nội bộ, nơi soi không tự kết nối: đặt oidc-private nếu đúng ý bạn.", name)
	default:
		d.say(Trouble, "%s does not answer as an OpenID Connect provider (oidc-issuer must be written exactly as it writes it); passkeys go on working: %v.",
			"%s không trả lời như một nhà cung cấp OpenID Connect (oidc-issuer phải viết đúng như nhà cung cấp viết); khoá truy cập vẫn dùng được: %v.", name, err)
	}
}
