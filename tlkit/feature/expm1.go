package feature

// This file is the table and the constants by which [powers] takes eˣ − 1 of many numbers, in
// loops of its own: quicker than a call for each number, and with the same bits whether or
// not the processor can multiply and add in one instruction. With k the nearest whole number
// to 64·x/ln 2 and r what is left of x, eˣ is 2^(k/64)·eʳ.

// powersLess1 are 2^((i−32)/64) − 1.
var powersLess1 = [64]float64{
	-0x1.2bec333018867p-2, -0x1.2409b8735cba2p-2, -0x1.1c1142e274118p-2, -0x1.14029537b306fp-2,
	-0x1.0bdd71829fcf2p-2, -0x1.03a199261633cp-2, -0x1.f69d99accc7b6p-3, -0x1.e5c9992edb44ep-3,
	-0x1.d4c6af7557c93p-3, -0x1.c39459baa2327p-3, -0x1.b23213cc8e86cp-3, -0x1.a09f58086c6c2p-3,
	-0x1.8edb9f5703dc0p-3, -0x1.7ce6612886a6dp-3, -0x1.6abf137076a8ep-3, -0x1.58652aa180903p-3,
	-0x1.45d819a94b14bp-3, -0x1.331751ec3a814p-3, -0x1.20224341286e4p-3, -0x1.0cf85bed0f8b7p-3,
	-0x1.f332113d56b1fp-4, -0x1.cc0768d4175a6p-4, -0x1.a46f918837cb7p-4, -0x1.7c695afc3b424p-4,
	-0x1.53f391822dbc7p-4, -0x1.2b0cfe1266bd4p-4, -0x1.01b466423250ap-4, -0x1.afd11874c009ep-5,
	-0x1.5b505d5b6f268p-5, -0x1.05e4119ea5d89p-5, -0x1.5f134923757f3p-6, -0x1.60f9f985bc9f4p-7,
	0, 0x1.64d1f3bc03077p-7, 0x1.66c34c5615d0fp-6, 0x1.0e8a30eb37901p-5,
	0x1.6ab0d9f3121ecp-5, 0x1.c7d865a7a3440p-5, 0x1.1301d0125b50ap-4, 0x1.429aaea92ddfbp-4,
	0x1.72b83c7d517aep-4, 0x1.a35beb6fcb754p-4, 0x1.d4873168b9aa8p-4, 0x1.031dc431466b2p-3,
	0x1.1c3d373ab11c3p-3, 0x1.35a2b2f13e6e9p-3, 0x1.4f4efa8fef709p-3, 0x1.6942d3720185ap-3,
	0x1.837f0518db8a9p-3, 0x1.9e0459320b7fap-3, 0x1.b8d39b9d54e55p-3, 0x1.d3ed9a72cffb7p-3,
	0x1.ef5326091a112p-3, 0x1.0582887dcb8a8p-2, 0x1.13821818624b4p-2, 0x1.21a8ad704f340p-2,
	0x1.2ff6b54d8a89cp-2, 0x1.3e6c9da74b29bp-2, 0x1.4d0ad5a753e07p-2, 0x1.5bd1cdad49f6ap-2,
	0x1.6ac1f752150a5p-2, 0x1.79dbc56b48522p-2, 0x1.891fac0e95613p-2, 0x1.988e209548892p-2,
}

const (
	per64    = 0x1.71547652b82fep+6  // 64/ln 2
	ln2High  = 0x1.62e42fee00000p-7  // ln 2/64, so few bits that its multiples are exact
	ln2Low   = 0x1.a39ef35793c76p-39 // what is left of it
	roundOff = 0x1.8p52              // added and taken away, it rounds to whole numbers
	mostExp  = 708                   // beyond, eˣ may be no float64
	leastExp = -50                   // below, eˣ − 1 is −1
)
