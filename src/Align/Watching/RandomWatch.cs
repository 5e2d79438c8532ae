using System.Security.Cryptography;
using PPYolo.Align.Records;
using static TorchSharp.torch;

namespace PPYolo.Align.Watching;

/// <summary>
/// Looks where torch's random generator stands at each phase of an iteration, and which module drew from it first. That of the CPU alone:
/// TorchSharp does not tell the states of others.
/// </summary>
internal sealed class RandomWatch
{
    private const string Generator = "torch";

    private readonly List<RandomStates> iterations = [];
    private RandomStates states = new(0);
    private byte[]? seen;

    public void Batch() => states = states with { Data = states.Data ?? Look() };

    public void Forward() => states = states with { Forward = states.Forward ?? Look() };

    public void Backward() => states = states with { Backward = states.Backward ?? Look() };

    /// <summary>A module of the forward pass returned a tensor.</summary>
    /// <param name="output">The module's name, with [0] and so on behind it where this is a part.</param>
    public void Returned(string output)
    {
        if (states.Module is null && State() is var now && !now.AsSpan().SequenceEqual(seen))
        {
            states = states with { Module = output.Split('[')[0] };
        }
    }

    /// <summary>Ends an iteration.</summary>
    public void Step()
    {
        iterations.Add(states with { Weights = Look() });
        states = new(states.Iteration + 1);
    }

    public void Write(string folder) => RandomAudit.Write(folder, iterations);

    private static byte[] State()
    {
        using var state = get_rng_state();
        return state.bytes.ToArray();
    }

    private Dictionary<string, string> Look()
    {
        seen = State();
        return new(StringComparer.Ordinal) { [Generator] = Convert.ToHexStringLower(SHA256.HashData(seen))[..16] };
    }
}
