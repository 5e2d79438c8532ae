using System.Runtime.InteropServices;
using PPYolo.Kernels.Convolutions;
using PPYolo.Model;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runtime;
using static TorchSharp.torch;

namespace PPYolo.Train.Stepping;

/// <summary>
/// What ranks that are threads of one process have once: parameters, their momentum and their moving averages, which are equal on all ranks
/// by construction. Each rank changes a share of them, while no other reads. Gradients are each rank's own, and so are running statistics
/// with their averages: every forward pass moves them.
/// </summary>
internal sealed class SharedState : IDisposable
{
    private readonly IRanks ranks;
    private readonly IReadOnlyList<StateEntry> entries;

    private SharedState(IRanks ranks, IReadOnlyList<StateEntry> entries, Lent lent)
    {
        (this.ranks, this.entries) = (ranks, entries);
        var parameters = entries.Where(entry => entry.IsParameter).ToList();
        var trainable = parameters.Where(entry => entry.IsTrainable).ToList();
        Momentum = new(Views(trainable, lent.Momentum), Share(trainable));
        Averages = new(Views(parameters, lent.Averages), Share(parameters));
        Factors = lent.Factors;
        if (ranks.Rank > 0)
        {
            using var noGrad = no_grad();
            foreach (var (entry, weight) in parameters.Zip(lent.Parameters))
            {
                entry.Value.set_(weight);
            }
        }
    }

    /// <summary>The optimizer's buffers of what trains.</summary>
    public SharedTensors Momentum { get; }

    /// <summary>The moving averages of parameters.</summary>
    public SharedTensors Averages { get; }

    /// <summary>What convolutions make of the weights.</summary>
    public SharedFactors Factors { get; }

    /// <summary>Makes every rank's network, all with the same memory for their parameters. All ranks call it together.</summary>
    /// <param name="ranks">Who trains together.</param>
    /// <param name="make">Makes a network with its start weights.</param>
    /// <returns>This rank's network, and what is shared: nothing where a rank has a process or a card to itself, or is alone.</returns>
    /// <exception cref="ReplicaDivergenceException">The weights are not the same on all ranks.</exception>
    public static (PPYoloNetwork Network, SharedState? Shared) Make(IRanks ranks, Func<PPYoloNetwork> make)
    {
        PPYoloNetwork? network = null;
        var lent = ranks.Lend("weights, momentum and averages", () => new Lent(ranks.Size, StateEntries.Of(network = make())));
        if (lent is null)
        {
            return (make(), null);
        }

        SharedState? shared = null;
        ulong[] hashes = [];
        // One after the other: of what a network gives back when its parameters are another's, the next one is made.
        for (var turn = 0; turn < ranks.Size; turn++)
        {
            if (turn == ranks.Rank)
            {
                var entries = StateEntries.Of(network ??= make());
                hashes = [.. entries.Select(entry => TensorBits.Hash(entry.Value))];
                shared = new(ranks, entries, lent);
            }

            ranks.Barrier($"the network of rank {turn}");
        }

        if (ranks.Rank == 0)
        {
            lent.Dispose();
        }

        shared!.Require("hashes of the weights", hashes, "before the weights are shared");
        return (network!, shared);
    }

    /// <summary>Changes this rank's share of what is shared: when it begins no rank reads any more, when it ends all are done.</summary>
    /// <param name="what">What is done, for messages.</param>
    /// <param name="numbers">What the change depends on beside the tensors, by name.</param>
    /// <param name="change">Changes the share.</param>
    /// <exception cref="ReplicaDivergenceException">Ranks have other numbers, so that shares would not belong together.</exception>
    public void Change(string what, IReadOnlyList<(string Name, double Value)> numbers, Action change)
    {
        double[] mine = [.. numbers.Select(number => number.Value)];
        var all = ranks.Gather(what, MemoryMarshal.AsBytes(mine.AsSpan()));
        if (all.Any(other => !other.AsSpan().SequenceEqual(all[0])))
        {
            // A gradient of which a norm is another says more. Every rank is here.
            Check($"before {what}");
            ReplicaCheck.Require(all, [.. numbers.Select(number => number.Name)], $"before {what}");
        }

        change();
        ranks.Barrier($"{what}, done");
    }

    /// <summary>
    /// Compares what shared tensors are changed by, the averaged gradients, and where they are; and what every rank has for itself.
    /// </summary>
    /// <param name="when">When, for the message.</param>
    /// <exception cref="ReplicaDivergenceException">Ranks differ.</exception>
    public void Check(string when)
    {
        Require("hashes of the gradients", [.. entries.Select(Hash)], when);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Momentum.Dispose();
        Averages.Dispose();
    }

    private void Require(string what, ulong[] mine, string when) =>
        ReplicaCheck.Require(ranks.Gather(what, MemoryMarshal.AsBytes(mine.AsSpan())), [.. entries.Select(entry => entry.Key)], when);

    private static ulong Hash(StateEntry entry)
    {
        if (!entry.IsParameter)
        {
            return TensorBits.Hash(entry.Value);
        }

        using var gradient = entry.Value.grad;
        var address = (ulong)HostMemory.AddressOf(entry.Value);
        return gradient is null ? address : address ^ TensorBits.Hash(gradient);
    }

    /// <summary>The keys of this rank's share: neighbours, of about as many elements as every other rank's.</summary>
    private HashSet<string> Share(List<StateEntry> all)
    {
        var total = all.Sum(entry => entry.Value.numel());
        var own = new HashSet<string>(StringComparer.Ordinal);
        long before = 0;
        foreach (var entry in all)
        {
            var count = entry.Value.numel();
            // Whoever has the middle of a tensor has all of it.
            if ((before + (count / 2)) * ranks.Size / total == ranks.Rank)
            {
                own.Add(entry.Key);
            }

            before += count;
        }

        return own;
    }

    private static Dictionary<string, Tensor> Views(List<StateEntry> entries, IReadOnlyList<Tensor> lent) =>
        entries
            .Zip(lent, (entry, tensor) => KeyValuePair.Create(entry.Key, tensor.alias().DetachFromDisposeScope()))
            .ToDictionary(StringComparer.Ordinal);

    /// <summary>What rank 0 shows the others, in the order of the parameters, until all have views of it.</summary>
    private sealed class Lent(int ranks, IReadOnlyList<StateEntry> entries) : IDisposable
    {
        public SharedFactors Factors { get; } = new(ranks);

        public IReadOnlyList<Tensor> Parameters { get; } = [.. entries.Where(entry => entry.IsParameter).Select(entry => entry.Value)];

        public IReadOnlyList<Tensor> Momentum { get; } =
        [
            .. entries
                .Where(entry => entry.IsTrainable)
                .Select(entry => empty_like(entry.Value, requires_grad: false).DetachFromDisposeScope()),
        ];

        public IReadOnlyList<Tensor> Averages { get; } =
        [
            .. entries
                .Where(entry => entry.IsParameter)
                .Select(entry => zeros_like(entry.Value, requires_grad: false).DetachFromDisposeScope()),
        ];

        public void Dispose()
        {
            foreach (var tensor in Momentum.Concat(Averages))
            {
                tensor.Dispose();
            }
        }
    }
}
