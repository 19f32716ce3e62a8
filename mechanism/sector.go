package mechanism

// Sector gives the board of the project (B.2), or "" when its category belongs to none.
func (p *Project) Sector() Sector {
	sector, _ := sectorOf(p)
	return sector
}
