using System.Globalization;

namespace PPYolo.Train.Capsules;

/// <summary>Watches a size from iteration to iteration, such as the norm of all gradients.</summary>
/// <param name="what">What it is, for messages.</param>
internal sealed class SizeCourse(string what)
{
    private const int Memory = 64;

    private readonly Queue<double> sizes = new();

    /// <summary>When a size jumps, in a sentence.</summary>
    public static string Threshold { get; } =
        $"a gradient norm or a total loss jumps when it is {UsualRange.Rule($"those of up to {Memory} iterations before")}";

    /// <summary>Says how far a size has jumped; null where it has not. It is remembered.</summary>
    public string? Judge(double size)
    {
        var usual = UsualRange.Of(sizes);
        sizes.Enqueue(size);
        if (sizes.Count > Memory)
        {
            sizes.Dequeue();
        }

        return usual is var (median, limit) && !(size <= limit)
            ? string.Create(CultureInfo.InvariantCulture, $"{what} is {size:G4}, where {median:G4} was usual and up to {limit:G4} is")
            : null;
    }
}
