using System.Globalization;

namespace PPYolo.Train.Capsules;

/// <summary>Watches the norm of all gradients from iteration to iteration.</summary>
internal sealed class GradientCourse
{
    private const int Memory = 64;

    private readonly Queue<double> norms = new();

    /// <summary>When a norm jumps, in a sentence.</summary>
    public static string Threshold { get; } =
        $"a gradient norm jumps when it is {UsualRange.Rule($"the norms of up to {Memory} iterations before")}";

    /// <summary>Says how far a norm has jumped; null where it has not. It is remembered.</summary>
    public string? Judge(double norm)
    {
        var usual = UsualRange.Of(norms);
        norms.Enqueue(norm);
        if (norms.Count > Memory)
        {
            norms.Dequeue();
        }

        return usual is var (median, limit) && !(norm <= limit)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the gradient's norm is {norm:G4}, where {median:G4} was usual and up to {limit:G4} is"
            )
            : null;
    }
}
