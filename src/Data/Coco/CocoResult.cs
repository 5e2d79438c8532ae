using System.Collections.Immutable;

namespace PPYolo.Data.Coco;

/// <summary>
/// The metrics of one evaluation, in [0, 1] and unrounded. A metric without any object it could be measured on is -1 (<see
/// cref="Undefined"/>).
/// </summary>
public sealed class CocoResult
{
    /// <summary>What a metric is where nothing of its kind is annotated.</summary>
    public const double Undefined = -1;

    internal CocoResult(ImmutableArray<double> stats)
    {
        Stats = stats;
    }

    /// <summary>
    /// The names of the twelve stats in pycocotools' order. AP is average precision, averaged over categories; AP and APsmall, APmedium,
    /// APlarge also over the overlap thresholds 0.50 to 0.95; AP50 and AP75 at one. AR1, AR10, AR100 are the recall with so many detections
    /// per image and category, averaged over categories and the ten thresholds; ARsmall, ARmedium, ARlarge the same with 100, by size of
    /// object.
    /// </summary>
    public static ImmutableArray<string> StatNames { get; } =
    ["AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge", "AR1", "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"];

    /// <summary>The twelve stats in the order of <see cref="StatNames"/>.</summary>
    public ImmutableArray<double> Stats { get; }

    /// <summary>Average precision over the ten overlap thresholds and all categories: the figure by which detectors are ranked.</summary>
    public double AP => Stats[0];

    /// <summary>Average precision at an overlap of 0.5.</summary>
    public double AP50 => Stats[1];

    /// <summary>AP of each category, all sizes, 100 detections, in ascending order of category id.</summary>
    public required ImmutableArray<CocoCategoryResult> PerCategory { get; init; }

    /// <summary>The number of images.</summary>
    public required int Images { get; init; }

    /// <summary>The number of objects of the ground truth that took part, crowds included.</summary>
    public required int Annotations { get; init; }

    /// <summary>The number of detections that took part, those beyond 100 per image and category included.</summary>
    public required int Detections { get; init; }

    /// <summary>What a reader of the numbers should know: input that did not take part, and why. Empty when there is nothing.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>A stat by its name.</summary>
    /// <exception cref="ArgumentException"><paramref name="name"/> is none of <see cref="StatNames"/>.</exception>
    public double this[string name] =>
        StatNames.IndexOf(name) is >= 0 and var index
            ? Stats[index]
            : throw new ArgumentException($"'{name}' is no COCO metric; there are {string.Join(", ", StatNames)}", nameof(name));
}
