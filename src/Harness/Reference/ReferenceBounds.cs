using PPYolo.Train.Options;

namespace PPYolo.Harness.Reference;

/// <summary>
/// How far a correct implementation may be from the reference. The reference was run again under changes that cannot matter (another thread
/// count, without oneDNN, another deformable convolution, weights perturbed by 1e-7, all in float64); each bound is a few times the largest
/// distance that those variants showed, over all cases of a family. docs/reference.md has the measurements.
/// </summary>
public sealed record ReferenceBounds
{
    /// <summary>Losses of iteration 0, relative.</summary>
    public required double FirstLosses { get; init; }

    /// <summary>Activations of iteration 0, relative to the map's largest magnitude.</summary>
    public required double Activations { get; init; }

    /// <summary>Gradients of iteration 0, relative L2 of each tensor.</summary>
    public required double Gradients { get; init; }

    /// <summary>The median of those over all tensors, or null.</summary>
    public double? GradientMedian { get; init; }

    /// <summary>Weights after iteration 0, sum of squares of each tensor.</summary>
    public required double FirstWeights { get; init; }

    /// <summary>The last iteration whose total loss is asserted; 0 is none but the first.</summary>
    public required int LastLoss { get; init; }

    /// <summary>Total loss of iterations 1 to <see cref="LastLoss"/>, relative.</summary>
    public double LaterLosses { get; init; }

    /// <summary>
    /// Weights and moving averages after the last iteration, sum of squares of each tensor; null where they mean nothing.
    /// </summary>
    public double? FinalWeights { get; init; }

    /// <summary>The movement test's fraction: a tensor's difference against how far it moved; null where it means nothing.</summary>
    public double? Movement { get; init; }

    /// <summary>Learning rates, relative: float64 arithmetic in another order.</summary>
    public double Rates { get; init; } = 1e-15;

    /// <summary>The bounds of a case, by network, freezeAt and initProfile.</summary>
    public static ReferenceBounds For(ReferenceCase file) => For(file.Options, file.InitProfile);

    /// <summary>The bounds of a run, by network, freezeAt and initProfile.</summary>
    public static ReferenceBounds For(TrainOptions options, string initProfile)
    {
        // PP-YOLOv2 and every network whose backbone is frozen as a whole behave alike: only neck and head move.
        var frozen = options.FreezeAt >= 3 || options.Network == "ppyolov2_r50vd";
        var small = !frozen && options.Network == "r18vd";
        if (initProfile == "calm")
        {
            return new()
            {
                FirstLosses = 2e-6,
                Activations = 1e-4,
                Gradients = 0.06,
                GradientMedian = 0.03,
                FirstWeights = 1e-8,
                LastLoss = int.MaxValue,
                LaterLosses = 1e-4,
                FinalWeights = small ? 1e-8 : 5e-5,
                Movement = 0.1,
            };
        }

        return new()
        {
            FirstLosses = 2e-4,
            Activations = small ? 5e-5 : 3e-3,
            Gradients = small ? 0.02 : 0.15,
            FirstWeights =
                small ? 1e-6
                : frozen ? 2e-5
                : 0.1,
            LastLoss = small || frozen ? 2 : 0,
            LaterLosses = small ? 5e-3 : 1e-4,
        };
    }

    /// <summary>Whether weights and moving averages after the last iteration of a case are compared.</summary>
    public static bool CoverTheEnd(ReferenceCase file) => file.Comparable.FinalWeights && For(file).FinalWeights is not null;
}
