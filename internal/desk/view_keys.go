package desk

import "context"

// keysOffKey is the setting that says that a person uses no single-key
// shortcuts.
func keysOffKey(staff ID) string { return "keys-off." + string(staff) }

// SetKeys switches the person's own single-key shortcuts on or off: whoever
// speaks to their machine, or uses a screen reader, may not want them.
func (d *Desk) SetKeys(ctx context.Context, by Actor, on bool) error {
	v := "off"
	if on {
		v = ""
	}
	return d.do(ctx, by, MayRead, func(tx Tx) error { return tx.SetSetting(ctx, keysOffKey(by.Staff), v) })
}

// KeysOn reports whether the person uses single-key shortcuts.
func (d *Desk) KeysOn(ctx context.Context, by Actor) (on bool, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		v, err := tx.Setting(ctx, keysOffKey(by.Staff))
		on = v == ""
		return err
	})
	return on, err
}
