namespace PPYolo.Align.Records;

/// <summary>
/// Where the random generators of a run stood in an iteration: a hash of the state of each that was looked at, by its name: torch, cuda,
/// numpy, python.
/// </summary>
/// <param name="Iteration">Counted from 0.</param>
/// <param name="Data">Before the forward pass; null where that was not looked at.</param>
/// <param name="Forward">After it.</param>
/// <param name="Backward">Before the optimizer's step.</param>
/// <param name="Weights">After the optimizer's step and the average.</param>
/// <param name="Module">The first module of the forward pass that drew torch's numbers; null where none is known.</param>
public sealed record RandomStates(
    int Iteration,
    IReadOnlyDictionary<string, string>? Data = null,
    IReadOnlyDictionary<string, string>? Forward = null,
    IReadOnlyDictionary<string, string>? Backward = null,
    IReadOnlyDictionary<string, string>? Weights = null,
    string? Module = null
);
