using PPYolo.Align;
using PPYolo.Align.Verdicts;

namespace PPYolo.Harness.Reference;

/// <summary>Whether both start from the same: names, weights, sizes of images.</summary>
internal static class StartChecks
{
    /// <summary>Sums in another order differ by less than this; a single other float32 differs by more.</summary>
    private const double Summation = 1e-12;

    public static IEnumerable<Check> Of(Compared compared)
    {
        var (data, run) = (compared.Data, compared.Run);
        RequireNames(data.Names, [.. run.Init.Keys]);
        var norms = data.Norms("init");
        var maxima = data.Maxima("init");
        var sketches = data.Sketches("init");
        var weights = new Differences(inOrder: false);
        for (var i = 0; i < data.Names.Count; i++)
        {
            var ours = run.Init[data.Names[i]];
            var scale = Math.Max(norms[i], double.Epsilon);
            var difference =
                Math.Abs(ours.L2 - norms[i]) + Math.Abs(ours.AbsMax - maxima[i]) + Math.Sqrt(ours.Sketch.SquaredDistance(sketches[i]));
            weights.See(difference / scale, Summation, data.Names[i]);
        }

        yield return weights.ToCheck(
            "start weights",
            "relative, norm, maximum and sketch",
            "generated equal; only the order of summation differs"
        );

        var sizes = new Differences(inOrder: true);
        foreach (var step in run.Steps)
        {
            sizes.See(Math.Abs(step.Size - data.Size(step.Iteration)), 0, $"iteration {step.Iteration}");
        }

        yield return sizes.ToCheck("image sizes", "pixels");
    }

    private static void RequireNames(IReadOnlyList<string> theirs, IReadOnlyList<string> ours)
    {
        if (ours.SequenceEqual(theirs))
        {
            return;
        }

        var missing = theirs.Except(ours).FirstOrDefault();
        var extra = ours.Except(theirs).FirstOrDefault();
        throw new AlignException(
            $"the reference's state_dict is not this network's: {theirs.Count} entries there, {ours.Count} here"
                + (missing is null ? "" : $"; only there: {missing}")
                + (extra is null ? "" : $"; only here: {extra}")
                + "; check 'network' and 'classes' in case.json"
        );
    }
}
