using PPYolo.Align.Sketching;
using PPYolo.Train.Options;

namespace PPYolo.Harness.Reference;

/// <summary>
/// How far a correct implementation may be from the reference. What noise is granted was measured: on our own run, whose twin shows
/// rounding and whose activations show kinks; on the reference's own variants (another thread count, without oneDNN, another deformable
/// convolution, weights perturbed by 1e-7, all in float64); and on ours (threads, instruction sets, libtorch's own operators). The
/// properties are bounds of a family of cases, which none of these may exceed. docs/reference.md has the measurements.
/// </summary>
public sealed record ReferenceBounds
{
    /// <summary>
    /// How much a flip may gain on its way to a gradient before it, relative to the gradients there: 1.8 was seen, in the bias of a norm.
    /// </summary>
    private const double KinkGain = 2.5;

    /// <summary>The same of the median gradient: 1.0 was seen.</summary>
    private const double MedianKinkGain = 2;

    /// <summary>
    /// How many times the largest forward noise of our twin a gradient may be off, or a map in its largest element: 2.2 was seen of
    /// gradients, 1.4 of maps.
    /// </summary>
    private const double RoundingGain = 6;

    /// <summary>What the reference's variants reach, times this, is as near as anybody can be asked to come.</summary>
    private const double NoiseAllowance = 3;

    /// <summary>The distance of neighbouring float32 numbers: two runs round a weight to either.</summary>
    private const double Ulp = 1.0 / (1 << 23);

    /// <summary>Loss terms are sums of float32, which end in another digit for any other order: some units in the last place.</summary>
    private const double LossRounding = 8.0 / (1 << 24);

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
                // 2.9e-7 was the largest of the clean variants.
                FirstLosses = 1e-6,
                // 2.8e-6 and 1.5e-5.
                Activations = small ? 1e-5 : 5e-5,
                Gradients = 0.06,
                GradientMedian = 0.03,
                FirstWeights = 1e-8,
                LastLoss = int.MaxValue,
                LaterLosses = 1e-4,
                FinalWeights = small ? 1e-8 : 5e-5,
                // 1.0e-4, 1.0e-3 and 1.4e-2: kinks of ten iterations.
                Movement =
                    small ? 5e-4
                    : frozen ? 5e-3
                    : 0.05,
            };
        }

        return new()
        {
            // 2.1e-6 and 1.4e-4.
            FirstLosses = small ? 1e-5 : 2e-4,
            // 9.1e-6 and 1.2e-3.
            Activations = small ? 3e-5 : 3e-3,
            Gradients = small ? 0.02 : 0.15,
            FirstWeights =
                small ? 1e-6
                : frozen ? 2e-5
                : 0.1,
            LastLoss = small || frozen ? 2 : 0,
            LaterLosses = small ? 5e-3 : 1e-4,
        };
    }

    /// <summary>A bound on an estimated sum of squares is exceeded only when more than the estimate's own noise is above it.</summary>
    private static double Headroom { get; } = 1 + Sketch.RelativeDeviation;

    /// <summary>The largest distance of a gradient of iteration 0, relative L2.</summary>
    /// <param name="noise">What rounding and kinks can do to it, or null where nobody measured.</param>
    public double Gradient((double Rounding, double Kinks)? noise) =>
        Math.Sqrt(Headroom) * Math.Min(Gradients, noise is { } of ? (RoundingGain * of.Rounding) + (KinkGain * of.Kinks) : Gradients);

    /// <summary>The largest median of those; null where there is no bound.</summary>
    public double? Median(IReadOnlyList<(double Rounding, double Kinks)?> noise)
    {
        if (noise.Any(of => of is null))
        {
            return Math.Sqrt(Headroom) * GradientMedian;
        }

        var measured = GradientChecks.Middle(noise.Select(of => (RoundingGain * of!.Value.Rounding) + (MedianKinkGain * of.Value.Kinks)));
        return Math.Sqrt(Headroom) * Math.Min(GradientMedian ?? Gradients, measured);
    }

    /// <summary>The largest difference of a map of iteration 0, of its largest magnitude.</summary>
    /// <param name="noise">Our twin's forward noise, or null where nobody measured.</param>
    public double Activation(double? noise) => Math.Min(Activations, noise is { } measured ? RoundingGain * measured : Activations);

    /// <summary>The largest squared distance of a weight after iteration 0.</summary>
    /// <param name="moved">How far its step may be off; null where nobody measured.</param>
    /// <param name="norm">Its norm.</param>
    public double Stepped(double? moved, double norm) =>
        Headroom * Math.Min(FirstWeights, moved is { } step ? Math.Pow(step + (Ulp * norm), 2) : FirstWeights);

    /// <summary>The largest squared distance of a running statistic after iteration 0.</summary>
    /// <param name="noise">How far our twin's is.</param>
    /// <param name="norm">Its norm.</param>
    public double Statistic(double noise, double norm) => Stepped(NoiseAllowance * noise, norm);

    /// <summary>The largest relative difference of the total loss of some iterations.</summary>
    public static double TotalLoss(IReadOnlyDictionary<string, NoiseVariant>? noise, int from, int to, double bound) =>
        LossNoise(noise, from, to) is { } measured ? Math.Min(bound, Math.Max(LossRounding, NoiseAllowance * measured)) : bound;

    /// <summary>The largest squared distance of a weight or average at the end.</summary>
    public double End(double? noise) =>
        Headroom * Math.Min(FinalWeights!.Value, noise is > 0 ? NoiseAllowance * noise.Value : FinalWeights.Value);

    /// <summary>How far the reference's total loss was from itself; null where nobody knows.</summary>
    public static double? LossNoise(IReadOnlyDictionary<string, NoiseVariant>? noise, int from, int to) =>
        noise is { Count: > 0 } ? noise.Values.Max(variant => variant.TotalLossRelative.Skip(from).Take(to - from + 1).Max()) : null;

    /// <summary>Whether weights and moving averages after the last iteration of a case are compared.</summary>
    public static bool CoverTheEnd(ReferenceCase file) => file.Comparable.FinalWeights && For(file).FinalWeights is not null;
}
