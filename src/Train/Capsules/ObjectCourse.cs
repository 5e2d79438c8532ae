using System.Globalization;

namespace PPYolo.Train.Capsules;

/// <summary>
/// Watches how many objects an image has. What a damaged label file does to losses and gradients is soon lost in the mean over a batch, and
/// between batches that differ anyway; the number of its objects is not.
/// </summary>
internal sealed class ObjectCourse
{
    private const int Memory = 64,
        Factor = 4,
        // Fewer are never too many.
        Least = 16;

    private readonly Queue<int> most = new();

    /// <summary>The rule in a sentence.</summary>
    public static string Rule { get; } =
        $"an image has too many objects when they are {Least} or more, and more than {Factor} times the most that an image had in up to "
        + $"{Memory} iterations before, the one with the very most left out; judged from {UsualRange.Least} of them on";

    /// <summary>Says which image has too many objects; null where none has. They are remembered.</summary>
    /// <param name="objects">How many objects each image has.</param>
    /// <param name="files">The file of each image; empty where they are not known.</param>
    public string? Judge(IReadOnlyList<int> objects, IReadOnlyList<string> files)
    {
        if (objects.Count == 0)
        {
            return null;
        }

        // One bad file may have been seen before there was anything to compare it with.
        var usual = most.Count >= UsualRange.Least ? most.OrderDescending().ElementAt(1) : int.MaxValue / Factor;
        var (found, image) = objects.Select((count, i) => (count, i)).MaxBy(one => one.count);
        most.Enqueue(found);
        if (most.Count > Memory)
        {
            most.Dequeue();
        }

        return found >= Least && found > Factor * usual
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"image {image} of the batch{(image < files.Count ? $" ({files[image]})" : "")} has {found} objects, "
                    + $"where up to {usual} were usual"
            )
            : null;
    }
}
