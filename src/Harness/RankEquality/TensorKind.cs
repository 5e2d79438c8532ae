using PPYolo.Model.State;

namespace PPYolo.Harness.RankEquality;

/// <summary>Tensors whose noise is alike.</summary>
public enum TensorKind
{
    /// <summary>Trained parameters.</summary>
    Weights,

    /// <summary>Running means and variances.</summary>
    Statistics,

    /// <summary>Moving averages of parameters.</summary>
    EmaWeights,

    /// <summary>Moving averages of running means and variances.</summary>
    EmaStatistics,
}

internal static class TensorKinds
{
    public static bool IsStatistic(string key) =>
        key.EndsWith("running_mean", StringComparison.Ordinal) || key.EndsWith("running_var", StringComparison.Ordinal);

    public static bool IsCounter(string key) => new StateEntry(key, null!).IsBatchCounter;

    public static TensorKind Of(string key, bool ema) =>
        (ema, IsStatistic(key)) switch
        {
            (false, false) => TensorKind.Weights,
            (false, true) => TensorKind.Statistics,
            (true, false) => TensorKind.EmaWeights,
            (true, true) => TensorKind.EmaStatistics,
        };
}
