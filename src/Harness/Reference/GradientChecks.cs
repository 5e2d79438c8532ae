using PPYolo.Align.Verdicts;

namespace PPYolo.Harness.Reference;

/// <summary>The gradients of iteration 0, in the order in which the backward pass makes them.</summary>
internal static class GradientChecks
{
    public static IEnumerable<Check> Of(Compared compared)
    {
        var (data, run) = (compared.Data, compared.Run);
        var absent = data.GradientNames.Except(run.FirstGradients.Keys).Concat(run.FirstGradients.Keys.Except(data.GradientNames)).ToList();
        yield return new("parameters with a gradient", "not in both runs", absent.Count, 0, absent.FirstOrDefault());
        var norms = data.Norms("grad0");
        var sketches = data.Sketches("grad0");
        var each = new Differences(inOrder: true);
        var both = Enumerable
            .Range(0, data.GradientNames.Count)
            .Where(i => run.FirstGradients.ContainsKey(data.GradientNames[i]))
            .OrderBy(i => compared.Noise?.PlaceOf(data.GradientNames[i]) ?? -i)
            .ThenByDescending(i => i)
            .ToList();
        var relative = new List<double>();
        foreach (var i in both)
        {
            var name = data.GradientNames[i];
            var distance = Math.Sqrt(run.FirstGradients[name].Sketch.SquaredDistance(sketches[i]));
            relative.Add(distance == 0 ? 0 : distance / norms[i]);
            var bound = compared.Bounds.Gradient(compared.Noise?.Of(name));
            each.See(relative[^1], bound, name);
            compared.Findings.Add(new("gradient of iteration 0", name, relative[^1], bound, null));
        }

        yield return each.ToCheck("gradients of iteration 0", "relative L2 of each tensor");
        if (relative.Count > 0 && compared.Bounds.Median([.. both.Select(i => compared.Noise?.Of(data.GradientNames[i]))]) is { } median)
        {
            yield return new("gradients of iteration 0, median", "relative L2", Middle(relative), median);
        }

        if (data.ClipNorms(0) is { } theirs)
        {
            yield return Clipping(
                compared,
                theirs,
                both.Select(i => norms[i] * compared.Bounds.Gradient(compared.Noise?.Of(data.GradientNames[i])))
            );
        }
    }

    internal static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>A norm may be off by what all gradients together may.</summary>
    private static Check Clipping(Compared compared, double[] theirs, IEnumerable<double> distances)
    {
        var ours = compared.Run.Steps[0].GradientNorms;
        var groups = new Differences(inOrder: true);
        var distance = Math.Sqrt(distances.Sum(each => each * each));
        for (var group = 0; group < theirs.Length; group++)
        {
            groups.See(
                ours is null ? double.NaN : Math.Abs(ours[group] - theirs[group]) / theirs[group],
                Math.Min(compared.Bounds.Gradients, distance / theirs[group]),
                $"group {group}"
            );
        }

        return groups.ToCheck("gradient norms before clipping, iteration 0", "relative");
    }
}
