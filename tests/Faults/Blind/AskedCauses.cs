namespace PPYolo.Tests.Faults.Blind;

/// <summary>
/// Names that nothing could give when the faults were planted, and that would be right. A rule that finds such a cause by another name is
/// counted through <see cref="CauseNames"/>.
/// </summary>
internal static class AskedCauses
{
    /// <summary>Each name with what it means.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } =
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["boxes-as-corners"] = "Ground truth is left, top, right, bottom instead of centre and size.",
            ["bucket-not-reduced"] = "Some parameters' gradients are a rank's own, not averaged.",
            ["bucket-summed"] = "Some parameters' gradients are summed over ranks, not averaged.",
            ["concatenation-order"] = "Parts of a concatenation are in another order.",
            ["coordinates-range"] = "Coordinate channels have another range or order.",
            ["ema-every-second"] = "The moving average is updated in some iterations alone.",
            ["ema-half-precision"] = "The moving average is kept in lower precision.",
            ["ema-is-weights"] = "The moving average is the weights themselves.",
            ["flip-without-boxes"] = "Images are flipped, their boxes and targets are not.",
            ["frozen-norm-eval-mode"] = "Norms of frozen stages are in evaluation mode.",
            ["group-rate"] = "One group of parameters has another rate.",
            ["images-lower-precision"] = "Images have lower precision.",
            ["interpolation-mode"] = "A map or image is resized by another interpolation.",
            ["momentum-holds-rate"] = "Momentum is of steps: the gradient enters it times the rate.",
            ["momentum-lower-precision"] = "Momentum is kept in lower precision.",
            ["norm-backward-per-rank"] = "The norms' backward pass does not sum over ranks.",
            ["offsets-exchanged"] = "Offsets of deformable convolutions are across and down instead of down and across.",
            ["parameter-in-no-group"] = "A parameter is in no group of the optimizer.",
            ["rank-batch-repeated"] = "Ranks train on the same batch.",
            ["rate-first"] = "The rate of iteration 0 alone is another.",
            ["reduction-lower-precision"] = "Gradients go over ranks in lower precision.",
            ["shared-weight"] = "Two layers share one weight.",
            ["warm-up-longer"] = "Warm-up is longer or shorter.",
            ["weight-decay-decoupled"] = "Weight decay is taken off the weight beside the gradient.",
            ["weights-exchanged"] = "Two start weights are in each other's place.",
            ["weights-flipped"] = "The kernels of a start weight are flipped.",
            ["weights-lower-precision"] = "Weights are kept or loaded in lower precision.",
        };
}
