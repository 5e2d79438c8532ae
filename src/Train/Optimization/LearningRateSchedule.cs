namespace PPYolo.Train.Optimization;

/// <summary>Linear warm-up, then a constant rate that drops at milestones (the reference's warm_piecewisedecay). All in float64.</summary>
/// <param name="recipe">Warm-up, milestones and the rate per image.</param>
/// <param name="batch">Images in an iteration, over all ranks.</param>
public sealed class LearningRateSchedule(TrainingRecipe recipe, long batch)
{
    private readonly double full = recipe.LearningRatePerImage * batch;

    /// <summary>The rate used in an iteration, counted from 0.</summary>
    public double Rate(long iteration)
    {
        var start = full * recipe.StartFactor;
        // The reference sets a rate after each step, for the next: the first iteration has the optimizer's own, whatever the warm-up.
        return iteration == 0 ? (recipe.FirstRate == FirstRate.Full ? full : start)
            : iteration <= recipe.WarmupIterations ? ((full - start) * iteration / recipe.WarmupIterations) + start
            : full * Math.Pow(recipe.Gamma, recipe.Milestones.Count(milestone => milestone <= iteration));
    }
}
