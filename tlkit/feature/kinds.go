package feature

// newLearnt gives room for what a step of that name learnt, for a file to be read into;
// nil if there is no such step. What each step learnt is JSON by itself, and looks itself
// over in outputs.
func newLearnt(step string) learnt {
	switch step {
	case "StandardScaler", "RobustScaler":
		return &centred{}
	case "MinMaxScaler":
		return &ranged{}
	case "MaxAbsScaler":
		return &divided{}
	case "QuantileTransformer":
		return &quantiled{}
	case "PowerTransformer":
		return &powered{}
	case "Binning":
		return &binned{}
	case "Impute":
		return &imputed{}
	case "Drop", "Keep", "SelectVariance", "SelectCorrelated", "SelectBest", "RFE", "SelectModel":
		return &kept{}
	case "RFECV", "Sequential":
		return &keptCurve{}
	case "OneHotEncoder":
		return &oneHot{}
	case "OrdinalEncoder":
		return &ordinal{}
	case "FrequencyEncoder":
		return &frequencies{}
	case "TargetEncoder":
		return &targetMeans{}
	case "HashingEncoder":
		return &hashing{}
	case "DateParts":
		return &dateParts{}
	}
	return nil
}
