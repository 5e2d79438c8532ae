using System.Globalization;
using static PPYolo.Align.Golden.GoldenComparer;

namespace PPYolo.Align.Golden;

/// <summary>Compares the tensors of a run with those of its golden.</summary>
internal static class GoldenTensorComparer
{
    // Distances are estimated from sketches, with an error of 9 %.
    private const double Slack = 1.5;

    // Sums of the same elements in another order.
    private const double Equal = 1e-9;

    /// <summary>Compares all tensors of both, those of the golden first and in its order.</summary>
    /// <param name="golden">The approved record, with floors.</param>
    /// <param name="found">The run.</param>
    public static List<GoldenTensorResult> Compare(GoldenRecord golden, GoldenRecord found)
    {
        var results = new List<GoldenTensorResult>();
        var ours = found.Tensors.ToDictionary(tensor => (tensor.Part, tensor.Name));
        foreach (var tensor in golden.Tensors)
        {
            results.Add(
                ours.Remove((tensor.Part, tensor.Name), out var mine)
                    ? Compare(tensor, mine, golden.Environment == found.Environment)
                    : Failed(tensor, "missing")
            );
        }

        results.AddRange(ours.Values.Select(extra => Failed(extra, "not in the golden")));
        return results;
    }

    private static GoldenTensorResult Compare(GoldenTensor golden, GoldenTensor found, bool sameEnvironment)
    {
        if (golden.Form != found.Form)
        {
            return Failed(golden, $"expected {golden.Form}, found {found.Form}");
        }

        if (!found.IsFinite)
        {
            return Failed(golden, "not finite");
        }

        if (golden.Role != found.Role)
        {
            return Failed(golden, $"expected it {Word(golden.Role)}, found it {Word(found.Role)}");
        }

        var bitwise = golden.Digest == found.Digest;
        if (bitwise && (sameEnvironment || golden.Floor == 0))
        {
            return Apart(golden, found, Equal * golden.L2) is { } other
                ? Failed(golden, $"the same bits, and {other}")
                : new(golden, new(Word(golden.Part), golden.Name, 0, "equal"), false, true);
        }

        if (golden.Floor == 0 || golden.Movement is null)
        {
            return Failed(
                golden,
                golden.Role == GoldenRole.Frozen
                    ? "frozen, and has other bits than the golden's"
                    : "its bits must be the golden's, and are not"
            );
        }

        if ((golden.Moved == 0) != (found.Moved == 0))
        {
            return Failed(
                golden,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(found.Moved == 0 ? "did not move" : $"moved by {found.Moved:G3}")}; the golden's "
                        + $"{(golden.Moved == 0 ? "did not" : $"moved by {golden.Moved:G3}")}"
                )
            );
        }

        var distance = Math.Sqrt(golden.Movement.SquaredDistance(found.Movement!));
        var tolerance = GoldenTolerance.Of(golden);
        if (distance <= tolerance && Apart(golden, found, Slack * tolerance) is { } apart)
        {
            return Failed(golden, $"moved alike, and {apart}");
        }

        var units = distance / golden.Floor!.Value;
        var explanation = string.Create(
            CultureInfo.InvariantCulture,
            $"distance {distance:G3}, floor {golden.Floor:G3}, moved {golden.Moved:G3}"
        );
        return new(golden, new(Word(golden.Part), golden.Name, Worse(units), explanation), !(distance <= tolerance), bitwise);
    }

    /// <summary>
    /// In what two tensors that are so near each other differ more than they can: by the triangle inequality norms, means and largest
    /// elements are no further apart than the tensors.
    /// </summary>
    private static string? Apart(GoldenTensor golden, GoldenTensor found, double distance)
    {
        var root = Math.Sqrt(golden.Shape.Aggregate(1.0, (count, extent) => count * Math.Max(extent, 1)));
        return new[]
        {
            ("norm", golden.L2, found.L2, 1),
            ("mean", golden.Mean, found.Mean, root),
            ("largest element", golden.AbsMax, found.AbsMax, 1),
            ("movement", golden.Moved, found.Moved, 1),
        }
            .Where(one => one.Item2 != one.Item3 && !(Math.Abs(one.Item3 - one.Item2) * one.Item4 <= distance))
            .Select(one => string.Create(CultureInfo.InvariantCulture, $"its {one.Item1} is {one.Item3:R}, the golden's {one.Item2:R}"))
            .FirstOrDefault();
    }

    private static GoldenTensorResult Failed(GoldenTensor tensor, string explanation) =>
        new(tensor, new(Word(tensor.Part), tensor.Name, double.PositiveInfinity, explanation), true, false);
}
