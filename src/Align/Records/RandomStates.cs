namespace PPYolo.Align.Records;

/// <summary>Where the random generators of a run stood in an iteration: hashes of their states.</summary>
/// <param name="Iteration">Counted from 0.</param>
/// <param name="Data">Before the forward pass; null where that was not looked at.</param>
/// <param name="Forward">After it.</param>
/// <param name="Backward">Before the optimizer's step.</param>
/// <param name="Weights">After the optimizer's step and the average.</param>
/// <param name="Module">The first module of the forward pass that moved a generator; null where none did.</param>
public sealed record RandomStates(
    int Iteration,
    string? Data = null,
    string? Forward = null,
    string? Backward = null,
    string? Weights = null,
    string? Module = null
);
