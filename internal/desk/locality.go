package desk

import (
	"context"
	"slices"
)

// Locality is a place that a claim can be about; pages call it a place. A check carries its places as
// codes; pages write their names.
type Locality struct{ Code, Vi, En string }

// In is the place's name in a language, the English one unless it is "vi".
func (p Locality) In(lang string) string {
	if lang == "vi" {
		return p.Vi
	}
	return p.En
}

// MaxPlaces is how many places a claim may have; one that is about more of
// them is about the whole country.
const MaxPlaces = 5

// Localities lists the provinces and cities of Vietnam since July 2025, by code.
func Localities() []Locality {
	return []Locality{
		{"an-giang", "An Giang", "An Giang"}, {"bac-ninh", "Bắc Ninh", "Bac Ninh"}, {"ca-mau", "Cà Mau", "Ca Mau"}, {"can-tho", "Cần Thơ", "Can Tho"},
		{"cao-bang", "Cao Bằng", "Cao Bang"}, {"da-nang", "Đà Nẵng", "Da Nang"}, {"dak-lak", "Đắk Lắk", "Dak Lak"}, {"dien-bien", "Điện Biên", "Dien Bien"},
		{"dong-nai", "Đồng Nai", "Dong Nai"}, {"dong-thap", "Đồng Tháp", "Dong Thap"}, {"gia-lai", "Gia Lai", "Gia Lai"}, {"ha-noi", "Hà Nội", "Hanoi"},
		{"ha-tinh", "Hà Tĩnh", "Ha Tinh"}, {"hai-phong", "Hải Phòng", "Hai Phong"}, {"ho-chi-minh", "Thành phố Hồ Chí Minh", "Ho Chi Minh City"},
		{"hue", "Huế", "Hue"}, {"hung-yen", "Hưng Yên", "Hung Yen"}, {"khanh-hoa", "Khánh Hòa", "Khanh Hoa"}, {"lai-chau", "Lai Châu", "Lai Chau"},
		{"lam-dong", "Lâm Đồng", "Lam Dong"}, {"lang-son", "Lạng Sơn", "Lang Son"}, {"lao-cai", "Lào Cai", "Lao Cai"}, {"nghe-an", "Nghệ An", "Nghe An"},
		{"ninh-binh", "Ninh Bình", "Ninh Binh"}, {"phu-tho", "Phú Thọ", "Phu Tho"}, {"quang-ngai", "Quảng Ngãi", "Quang Ngai"}, {"quang-ninh", "Quảng Ninh", "Quang Ninh"},
		{"quang-tri", "Quảng Trị", "Quang Tri"}, {"son-la", "Sơn La", "Son La"}, {"tay-ninh", "Tây Ninh", "Tay Ninh"}, {"thai-nguyen", "Thái Nguyên", "Thai Nguyen"},
		{"thanh-hoa", "Thanh Hóa", "Thanh Hoa"}, {"tuyen-quang", "Tuyên Quang", "Tuyen Quang"}, {"vinh-long", "Vĩnh Long", "Vinh Long"},
	}
}

// LocalityOf finds a place by its code.
func LocalityOf(code string) (Locality, bool) {
	all := Localities()
	i := slices.IndexFunc(all, func(p Locality) bool { return p.Code == code })
	if i < 0 {
		return Locality{}, false
	}
	return all[i], true
}

// cleanPlaces sorts codes, drops empty and repeated ones and refuses those
// that are off the list.
func cleanPlaces(codes []string) ([]string, error) {
	out := slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return c == "" })
	slices.Sort(out)
	out = slices.Compact(out)
	for _, c := range out {
		if _, ok := LocalityOf(c); !ok {
			return nil, invalid(BadChoice)
		}
	}
	if len(out) > MaxPlaces {
		return nil, invalid(BadChoice)
	}
	return out, nil
}

// SetPlaces says which places a claim is about. They become public with the
// next text that a second person approves.
func (d *Desk) SetPlaces(ctx context.Context, by Actor, claim ID, version int64, codes []string) (Claim, error) {
	codes, err := cleanPlaces(codes)
	if err != nil {
		return Claim{}, err
	}
	return d.step(ctx, by, MayAssess, claim, version, stepWork, func(tx Tx, _ *Claim) (Event, error) {
		return Event{Kind: EvPlacesSet}, tx.SetPlaces(ctx, claim, codes)
	})
}

// PlacesOf lists the places of a claim, for staff.
func (d *Desk) PlacesOf(ctx context.Context, by Actor, claim ID) (out []string, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		if _, err := tx.Claim(ctx, claim); err != nil {
			return err
		}
		out, err = tx.PlacesOf(ctx, claim)
		return err
	})
	return out, err
}
