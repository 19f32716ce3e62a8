package handlers

import (
	"junma/bot"
	"junma/mechanism"
)

// flow is what one act asks for, and the event it becomes.
type flow struct {
	next  func(*draft) step // the first answer still missing
	event func(target, *draft) mechanism.Event
}

// flows lists every act that opens a guided exchange.
var flows = map[mechanism.Act]flow{
	mechanism.ActReport:    {next: reportNext, event: reported},
	mechanism.ActOngoing:   {next: dateNext, event: disposed(mechanism.Ongoing)},
	mechanism.ActCompleted: {next: dateNext, event: disposed(mechanism.Completed)},
	mechanism.ActNotNeeded: {next: reasonNext, event: disposed(mechanism.NotNeeded)},
	mechanism.ActExit:      {next: exitNext, event: disposed(mechanism.Exit)},
	mechanism.ActReturn:    {next: whyNext, event: returned},
	mechanism.ActDisclaim:  {next: whyNext, event: disclaimed},
	mechanism.ActWithhold:  {next: whyNext, event: withheld},
	mechanism.ActUphold:    {next: whyNext, event: upheld},
	mechanism.ActTransfer:  {next: transferNext, event: transferred},
}

// question is one step: what is asked, with the words its buttons say, and what becomes of the answer. take gives a
// sentence for the person when there is something to say about the answer, such as that it was not understood.
type question struct {
	ask  func(*turn) (lines []bot.Text, buttons []string, err error)
	take func(t *turn, text string) (said string)
}

// questions lists every step.
var questions = map[step]question{
	askCause:    {askForCause, takeCause},
	askText:     {askForText, takeText},
	askEvidence: {askForEvidence, takeEvidence},
	askArrival:  {askToWait, takeEvidence},
	askPart:     {askForPart, takePart},
	askProposal: {askForProposal, takeProposal},
	askDate:     {askForDate, takeDate},
	askReason:   {askForReason, takeReason},
	askDocument: {askForDocument, takeDocument},
	askName:     {askForName, takeName},
	askUnit:     {askForUnit, takeUnit},
	askWhy:      {askForWhy, takeWhy},
	askProxy:    {askForProxy, takeProxy},
	askConfirm:  {askToConfirm, takeConfirm},
}

func reportNext(d *draft) step {
	switch {
	case d.Redo != "":
		return d.Redo
	case d.Cause == "":
		return askCause
	case d.Text == "":
		return askText
	case !d.Gathered || d.count(missing) > 0 || len(d.Items) == 0:
		return askEvidence
	case d.count(coming) > 0:
		return askArrival
	default:
		return confirmed(d)
	}
}

func dateNext(d *draft) step {
	if d.Date.IsZero() {
		return askDate
	}
	return confirmed(d)
}

func reasonNext(d *draft) step {
	if d.Reason == "" {
		return askReason
	}
	return confirmed(d)
}

func exitNext(d *draft) step {
	switch {
	case d.Reason == "":
		return askDocument
	case !d.Named:
		return askName
	default:
		return confirmed(d)
	}
}

func whyNext(d *draft) step {
	if d.Reason == "" {
		return askWhy
	}
	return allAnswered
}

func transferNext(d *draft) step {
	if d.Unit == "" {
		return askUnit
	}
	return whyNext(d)
}

func confirmed(d *draft) step {
	switch {
	case d.ByProxy && d.Proxy == "":
		return askProxy
	case d.Confirmed:
		return allAnswered
	default:
		return askConfirm
	}
}

func reported(to target, d *draft) mechanism.Event {
	return mechanism.Reported{
		Case: to.Case, Cause: d.Cause, Text: d.Text, Evidence: d.evidence(), Proposal: d.proposal(),
		Proxy: d.Proxy, Confirm: d.Confirm,
	}
}

func disposed(option mechanism.Option) func(target, *draft) mechanism.Event {
	return func(to target, d *draft) mechanism.Event {
		return mechanism.Disposed{
			Case: to.Case, Option: option, Date: d.Date, Reason: d.Reason, Note: d.Note, Proxy: d.Proxy,
			Confirm: d.Confirm,
		}
	}
}

func returned(to target, d *draft) mechanism.Event {
	return mechanism.Returned{Case: to.Case, Reason: d.Reason}
}

func disclaimed(to target, d *draft) mechanism.Event {
	return mechanism.Disclaimed{Case: to.Case, Reason: d.Reason}
}

func upheld(to target, d *draft) mechanism.Event {
	return mechanism.Upheld{Case: to.Case, Reason: d.Reason}
}

func transferred(to target, d *draft) mechanism.Event {
	return mechanism.Transferred{Case: to.Case, Unit: d.Unit, Reason: d.Reason}
}

func withheld(to target, d *draft) mechanism.Event {
	return mechanism.EscalationWithheld{Case: to.Case, Reason: d.Reason}
}
