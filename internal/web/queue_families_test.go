package web

import "soi/internal/desk"

// queueFamilies adds the keys of the order of work that are put together at
// run time.
func queueFamilies(add func(prefix, suffix string, codes ...string)) {
	add("filter.who.", "", string(desk.WhoseMine), string(desk.WhoseFree))
	add("filter.due.", "", string(desk.DueOver), string(desk.DueSoon))
	for _, o := range desk.QueueOrders() {
		if o == desk.OrderRank {
			add("order.", "", "rank")
			continue
		}
		add("order.", "", string(o))
		add("order.said.", "", string(o))
	}
	add("due.", "", string(desk.DueOver), string(desk.DueSoon), string(desk.DueAhead))
	for _, h := range append(desk.Harms(), desk.HarmUnset) {
		add("due.by-harm.", "", harmKey(h))
		add("due.table.", "", harmKey(h))
	}
	for _, k := range []desk.BulkKind{desk.BulkAssign, desk.BulkClassify, desk.BulkClose, desk.BulkMerge, desk.BulkQuarantine} {
		add("bulk.did.", "", string(k))
	}
	for _, o := range []desk.BulkOutcome{desk.BulkDone, desk.BulkChanged, desk.BulkState, desk.BulkGone, desk.BulkForbidden, desk.BulkSame, desk.BulkTarget, desk.BulkUndone} {
		add("bulk.outcome.", "", string(o))
	}
	for _, r := range desk.AsideReasons() {
		add("aside.reason.", "", string(r))
	}
	for _, l := range desk.Lists() {
		add("list.", "", l)
		add("list.", ".for", l)
	}
	add("keys.where.", "", keyWheres()...)
	for _, k := range keyTable() {
		add("keys.", "", k.Where+"."+k.Act)
	}
}
