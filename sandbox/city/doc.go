// Package city is the sample city: a small invented 建德 whose people live with junma day by day. It knows junma only
// from outside – the records it posts, the cards its people see on their phones, the buttons and words they answer with
// – so that whatever its history holds came about as it would in real use.
//
// The whole plan of the city is made when it is founded: which stage of which project is really finished on which day,
// what its people are like. [City.Live] then moves the clock from half-day to half-day and lets everybody act by what
// they see. Equal seeds give equal plans.
//
// People, units, owners and projects are invented; the units named in the notice bear their names.
package city
