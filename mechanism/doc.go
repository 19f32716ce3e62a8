// Package mechanism is the notice 建政办函〔2024〕22号 as pure code: how long a stage may take and when it turns
// orange or red, who answers for it, how a warning lives and closes, and how reds climb the three tiers.
//
// It reads no clock, no database and no network. Everything enters through three doors:
//
//	Compile(Spec)                    the rule book in force, or every fault in it
//	Book.Evaluate(clock, today)      the light of one stage on one day
//	Book.Step(project, event, …)     what one event does to one project, and who must be told
//
// A Project is the unit of consistency: it is loaded whole, stepped, and saved whole. Replaying its journal
// through Step gives the same project again.
package mechanism
