package feature

// newLearnt gives room for what a step of that name learnt, for a file to be read into;
// nil if there is no such step. What each step learnt is JSON by itself, and looks itself
// over in outputs.
func newLearnt(step string) learnt {
	switch step {
	case "StandardScaler":
		return &centred{}
	case "Drop", "Keep":
		return &kept{}
	case "OneHotEncoder":
		return &oneHot{}
	}
	return nil
}
