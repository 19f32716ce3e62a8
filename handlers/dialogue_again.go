package handlers

import (
	"junma/bot"
	"junma/mechanism"
)

// recall puts the latest report of the case at hand, so that what did not change needs no typing (D.3 T4, T9). A report
// sent back is filled in and waits for the part to change; from the next push on an update asks for the text alone, and
// 无变化,沿用上次 for nothing but the confirmation. A draft already begun stays as it is.
func (t *turn) recall(begun bool) error {
	ex := t.ex
	if ex.Target.Act != mechanism.ActReport {
		return nil
	}
	_, c, err := t.find(ex.Target)
	if err != nil || len(c.Reports) == 0 {
		return err
	}
	last := &c.Reports[len(c.Reports)-1]
	ex.Draft.Last = &said{Cause: last.Cause, Text: last.Text}
	switch {
	case begun:
	case t.same:
		ex.refill(last)
		t.sayf("沿用%s报送的内容。", t.short(mechanism.DateOf(last.At)))
	case last.Returned != "":
		ex.refill(last)
		ex.Draft.Redo = askPart
		t.sayf("退回理由:%s上次所填已保留。", sentence(last.Returned))
	case c.Repeatable():
		ex.refill(last)
		ex.Draft.Proposal, ex.Draft.Redo = "", askText
	}
	return nil
}

// refill makes the draft say what a report said.
func (e *exchange) refill(r *mechanism.Report) {
	d := draft{Cause: r.Cause, Text: r.Text, Gathered: true, Last: e.Draft.Last, ByProxy: e.Draft.ByProxy}
	for _, ev := range r.Evidence {
		e.Slots++
		d.Items = append(d.Items, item{
			Slot: e.Slots, Name: ev.Name, State: stored, SHA256: ev.SHA256, Size: ev.Size, Type: ev.Type, Number: ev.Number,
		})
	}
	if d.proposal() != r.Proposal {
		d.Proposal = r.Proposal
	}
	e.Draft = d
}

// unchanged reports whether the draft's cause and text are those of the report before.
func (d *draft) unchanged() bool {
	return d.Last != nil && d.Cause == d.Last.Cause && d.Text == d.Last.Text
}

// askForNews asks for the text with what was reported before in view.
func (d *draft) askForNews() []bot.Text {
	lines := []bot.Text{
		{{Text: "原因:"}, {Text: d.Cause, Bold: true}},
		bot.Say("上次报送的情况:" + d.Last.Text),
		bot.Say("请用一条消息写明最新进展;没有变化请回复“同上”。"),
	}
	if len(d.Items) > 0 {
		lines = append(lines, bot.Say("佐证材料沿用上次的"+d.names()+",有新的可一并发来。"))
	}
	return lines
}
