using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>A relation between recorded tensors that right training keeps, and what it means when a run does not.</summary>
internal interface ILaw
{
    /// <summary>Whether it is told of all iterations, also where some between were not traced.</summary>
    bool TakesGaps => false;

    /// <summary>The causes that the second run's breach of the law points to; none where it keeps it or too little was recorded.</summary>
    /// <param name="first">The run that is expected.</param>
    /// <param name="second">The run that differs from it.</param>
    /// <param name="comparison">Where they differ.</param>
    IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison);
}
