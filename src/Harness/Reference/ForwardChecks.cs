using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;

namespace PPYolo.Harness.Reference;

/// <summary>The forward pass of iteration 0: maps, then losses.</summary>
internal static class ForwardChecks
{
    public static IEnumerable<Check> Of(Compared compared, IReadOnlyList<LossComparison> losses)
    {
        var maps = new Differences(inOrder: true);
        foreach (var (name, ours) in compared.Run.Activations)
        {
            if (compared.Data.Activation(name) is { } theirs)
            {
                maps.See(RelativeToMaximum(name, ours, theirs), compared.Bounds.Activation(compared.Noise?.Rounding), name);
            }
        }

        if (maps.Count > 0)
        {
            yield return maps.ToCheck("activations of iteration 0", "of the map's largest magnitude", $"{maps.Count} maps");
        }

        var absent = compared.Data.LossNames.Except(losses.Select(loss => loss.Name)).ToList();
        yield return new("losses of the reference that we have", "missing", absent.Count, 0, absent.FirstOrDefault());
        var each = new Differences(inOrder: true);
        foreach (var loss in losses)
        {
            each.See(loss.Relative, compared.Bounds.FirstLosses, loss.Name);
        }

        yield return each.ToCheck("losses of iteration 0", "relative, each loss");
        var bound = ReferenceBounds.TotalLoss(compared.File.Noise, 0, 0, compared.Bounds.FirstLosses);
        yield return new("total loss of iteration 0", "relative", losses[^1].Relative, bound, losses[^1].Name)
        {
            Noise = ReferenceBounds.LossNoise(compared.File.Noise, 0, 0),
        };
    }

    private static double RelativeToMaximum(string name, TensorData ours, TensorData theirs)
    {
        if (!ours.Shape.AsSpan().SequenceEqual(theirs.Shape.AsSpan()))
        {
            throw new AlignException($"activation '{name}': expected {theirs}, found {ours}");
        }

        double difference = 0,
            largest = 0;
        ReadOnlySpan<float> a = ours.As<float>(),
            b = theirs.As<float>();
        for (var i = 0; i < a.Length; i++)
        {
            var own = Math.Abs((double)a[i] - b[i]);
            difference = double.IsNaN(own) ? own : Math.Max(difference, own);
            largest = Math.Max(largest, Math.Abs((double)b[i]));
        }

        return difference == 0 ? 0 : difference / largest;
    }
}
