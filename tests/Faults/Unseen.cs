namespace PPYolo.Tests.Faults;

/// <summary>Why no door but explain sees some faults.</summary>
internal static class Unseen
{
    public static IReadOnlyDictionary<string, string> Reasons { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["EMA saved uncorrected"] =
                "what is saved is not looked at here: all three compare the average in the run; explain and diff see it in the files",
            ["weight decay clipped with the gradient"] =
                "only ppyolov2-r50vd clips; beside its gradients its decay is too small to move a check beyond its bound",
            ["gradients sent in half precision"] =
                "it moves gradients by 0.02 %, and a correct training may be 3 % from the reference's in the median; a trace shows it",
            ["gradient of one map in half precision"] =
                "it moves gradients by 0.02 %, and a correct training may be 3 % from the reference's in the median; a trace shows it",
        };
}
