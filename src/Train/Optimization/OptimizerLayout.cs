using PPYolo.Align.Formats;

namespace PPYolo.Train.Optimization;

/// <summary>The optimizer's groups as the reference's checkpoints have them, with the options that its programs look for.</summary>
internal static class OptimizerLayout
{
    /// <summary>The clipping norm that the reference writes where nothing is clipped.</summary>
    private const double NoClipping = 1e6;

    /// <summary>Describes groups.</summary>
    /// <param name="groups">The groups; parameters are numbered over all of them, from 0.</param>
    /// <param name="recipe">How they are trained.</param>
    /// <param name="batch">Images in an iteration, over all ranks.</param>
    /// <param name="rate">The rate of the next iteration.</param>
    public static IReadOnlyList<SgdGroup> Of(IReadOnlyList<ParameterGroup> groups, TrainingRecipe recipe, long batch, double rate)
    {
        IReadOnlyList<(string, PickleValue)> others =
            recipe.OptimizerGroups == ParameterGrouping.Decay
                ? [("lr_factor", 1.0)]
                :
                [
                    ("base_lr", recipe.LearningRatePerImage * batch),
                    ("need_clip", recipe.ClipGradNorm is not null),
                    ("clip_norm", recipe.ClipGradNorm ?? NoClipping),
                ];
        var described = new List<SgdGroup>();
        long number = 0;
        foreach (var group in groups)
        {
            described.Add(
                new(rate, recipe.Momentum, group.WeightDecay, [.. group.Parameters.Select((_, i) => number + i)]) { Others = others }
            );
            number += group.Parameters.Count;
        }

        return described;
    }
}
