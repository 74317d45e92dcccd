package recipe

// registry is every type of step, in the order of the documentation.
func registry() []kind {
	return []kind{
		typed[Rename](), typed[Remove](), typed[Keep](), typed[Move](), typed[SplitColumn](), typed[JoinColumns](), typed[AddColumn](),
		typed[Transform](), typed[Replace](), typed[FillDown](), typed[BlankDown](),
		typed[DropRows](), typed[SplitCells](), typed[JoinCells](), typed[DropDuplicates](), typed[DropNear](), typed[DropChosen](),
		typed[Text](), typed[SetKind](), typed[Smooth](),
		typed[FillConstant](), typed[FillForward](), typed[FillBackward](), typed[Interpolate](), typed[DropMissing](),
		typed[Fill](), typed[FillKNN](), typed[FillIterative](), typed[DropColumns](),
		typed[Outliers](), typed[OddRows](),
	}
}
