package app

import (
	"context"

	"soi/internal/desk"
)

// examineStanding says which points of the pages on which the desk speaks
// about itself say nothing yet, in which language. The points are those that
// the code of the International Fact-Checking Network asks to have in public.
func (a *App) examineStanding(ctx context.Context, d *doctor) {
	all := 0
	missing := map[string]map[string]int{} // by language and page
	for _, lang := range a.Config.Langs {
		missing[lang] = map[string]int{}
	}
	for _, plan := range desk.StandingPlans() {
		rs, err := a.Desk.PublishedStanding(ctx, plan.Word)
		if err != nil {
			return // the database has been spoken of already
		}
		all += len(plan.Points)
		for _, point := range plan.Points {
			for _, lang := range a.Config.Langs {
				if len(rs) == 0 || rs[0].Doc.Text(point, lang) == "" {
					missing[lang][plan.Word]++
				}
			}
		}
	}
	for _, lang := range a.Config.Langs {
		lacks := 0
		for _, plan := range desk.StandingPlans() {
			n := missing[lang][plan.Word]
			if lacks += n; n > 0 {
				d.say(Notice, "The page /%[2]s says nothing yet on %[1]d of %[3]d points in the language %[4]s; write it at /desk/institution/%[2]s.",
					"Trang /%[2]s còn %[1]d trên %[3]d điểm chưa có lời nào bằng ngôn ngữ %[4]s; hãy viết ở /desk/institution/%[2]s.", n, plan.Word, len(plan.Points), lang)
			}
		}
		if lacks == 0 {
			d.say(Well, "The pages about the desk speak to all %d points in the language %s.", "Các trang nói về bàn đã có đủ %d điểm bằng ngôn ngữ %s.", all, lang)
		}
	}
}
