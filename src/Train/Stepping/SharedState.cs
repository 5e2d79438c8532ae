using System.Runtime.InteropServices;
using PPYolo.Kernels.Memory;
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
        if (ranks.Rank > 0)
        {
            using var noGrad = no_grad();
            foreach (var (entry, weight) in parameters.Zip(lent.Weights))
            {
                entry.Value.set_(weight);
            }
        }
    }

    /// <summary>The optimizer's buffers of what trains.</summary>
    public SharedTensors Momentum { get; }

    /// <summary>The moving averages of parameters.</summary>
    public SharedTensors Averages { get; }

    /// <summary>Shares the state of networks that have the same weights. All ranks call it together.</summary>
    /// <param name="ranks">Who trains together.</param>
    /// <param name="entries">This rank's network, whose parameters become rank 0's.</param>
    /// <returns>Null where every rank has a process or a card to itself, or is alone.</returns>
    /// <exception cref="ReplicaDivergenceException">The weights are not the same on all ranks.</exception>
    public static SharedState? Of(IRanks ranks, IReadOnlyList<StateEntry> entries)
    {
        var parameters = entries.Where(entry => entry.IsParameter).ToList();
        if (
            !parameters.TrueForAll(entry => CpuPath.HasMemory(entry.Value))
            || ranks.Lend("weights, momentum and averages", () => new Lent(parameters)) is not { } lent
        )
        {
            return null;
        }

        // Afterwards nobody could tell.
        ReplicaCheck.Run(ranks, entries, "before the weights are shared");
        var shared = new SharedState(ranks, entries, lent);
        // Rank 0 must not free anything before the others hold it too.
        ranks.Barrier("shared weights");
        if (ranks.Rank == 0)
        {
            lent.Dispose();
        }

        return shared;
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
        var mine = entries.Select(Hash).ToArray();
        var all = ranks.Gather("hashes of the gradients", MemoryMarshal.AsBytes(mine.AsSpan()));
        ReplicaCheck.Require(all, [.. entries.Select(entry => entry.Key)], when);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Momentum.Dispose();
        Averages.Dispose();
    }

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
    private sealed class Lent(List<StateEntry> parameters) : IDisposable
    {
        public IReadOnlyList<Tensor> Weights { get; } = [.. parameters.Select(entry => entry.Value)];

        public IReadOnlyList<Tensor> Momentum { get; } =
        [
            .. parameters
                .Where(entry => entry.IsTrainable)
                .Select(entry => empty_like(entry.Value, requires_grad: false).DetachFromDisposeScope()),
        ];

        public IReadOnlyList<Tensor> Averages { get; } =
        [.. parameters.Select(entry => zeros_like(entry.Value, requires_grad: false).DetachFromDisposeScope())];

        public void Dispose()
        {
            foreach (var tensor in Momentum.Concat(Averages))
            {
                tensor.Dispose();
            }
        }
    }
}
