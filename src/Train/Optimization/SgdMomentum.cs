using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Train.Optimization;

/// <summary>
/// Stochastic gradient descent with momentum, as PyTorch's SGD without dampening or Nesterov: g = c * grad + wd * p; buf = momentum * buf +
/// g (the first time g); p = p - rate * buf. A parameter that never had a gradient is left alone.
/// </summary>
/// <param name="groups">The parameters.</param>
/// <param name="momentum">In [0,1).</param>
public sealed class SgdMomentum(IReadOnlyList<ParameterGroup> groups, double momentum) : IDisposable
{
    private readonly SharedTensors? shared;
    private readonly Dictionary<string, Tensor> buffers = new(StringComparer.Ordinal);

    /// <summary>One whose buffers and parameters several ranks share: a step changes this rank's share of them.</summary>
    internal SgdMomentum(IReadOnlyList<ParameterGroup> groups, double momentum, SharedTensors? shared)
        : this(groups, momentum) => this.shared = shared;

    /// <summary>The parameters.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; } = groups;

    /// <summary>The buffers themselves by parameter key, in the order of the groups.</summary>
    internal IEnumerable<KeyValuePair<string, Tensor>> Buffers =>
        Groups
            .SelectMany(group => group.Parameters)
            .Where(entry => buffers.ContainsKey(entry.Key))
            .Select(entry => KeyValuePair.Create(entry.Key, buffers[entry.Key]));

    /// <summary>Frees the gradients, so that the next backward pass writes new ones instead of adding.</summary>
    public void ClearGradients()
    {
        foreach (var parameter in Groups.SelectMany(group => group.Parameters))
        {
            parameter.Value.grad = null;
        }
    }

    /// <summary>The L2 norm of each group's gradient: of float32 norms of its tensors, as the reference clips by.</summary>
    public double[] GradientNorms()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var gradients = Groups.Select(group => group.Parameters.Select(entry => entry.Value.grad).OfType<Tensor>().ToArray()).ToList();
        Tensor[] all = [.. gradients.SelectMany(group => group)];
        // One read for all: each would wait for the device on its own.
        var norms = all.Length == 0 ? [] : HostRead.Elements<double>(TensorLists.Norms(all).to(ScalarType.Float64));
        var results = new double[gradients.Count];
        var read = 0;
        for (var group = 0; group < results.Length; group++)
        {
            results[group] = Math.Sqrt(norms.Skip(read).Take(gradients[group].Length).Sum(norm => norm * norm));
            read += gradients[group].Length;
        }

        return results;
    }

    /// <summary>Changes every parameter that has a gradient. Gradients are not changed.</summary>
    /// <param name="rate">The learning rate.</param>
    /// <param name="gradientScales">What each group's gradient is multiplied by first.</param>
    public void Step(double rate, ReadOnlySpan<double> gradientScales)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var updates = new List<SgdUpdate>();
        for (var i = 0; i < Groups.Count; i++)
        {
            foreach (var entry in Groups[i].Parameters)
            {
                if (entry.Value.grad is not { } gradient)
                {
                    continue;
                }

                var first = !buffers.TryGetValue(entry.Key, out var buffer);
                if (first)
                {
                    buffers[entry.Key] = buffer = NewBuffer(entry.Key, entry.Value);
                }

                if (shared?.Changes(entry.Key) == false)
                {
                    continue;
                }

                updates.Add(
                    new SgdUpdate(
                        entry.Value,
                        gradient,
                        buffer!,
                        first,
                        (float)gradientScales[i],
                        (float)Groups[i].WeightDecay,
                        (float)momentum,
                        (float)rate
                    )
                );
            }
        }

        SgdUpdate.Run(updates);
    }

    /// <summary>Copies of the momentum buffers by parameter key; parameters that never had a gradient have none.</summary>
    public NamedTensors Momentum() => Buffers.ToData();

    /// <summary>Replaces the momentum buffers.</summary>
    /// <exception cref="AlignException">A key is not a parameter's, or a shape differs.</exception>
    public void LoadMomentum(NamedTensors tensors)
    {
        var parameters = Groups
            .SelectMany(group => group.Parameters)
            .ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        foreach (var (key, tensor) in tensors)
        {
            if (!parameters.TryGetValue(key, out var parameter))
            {
                throw new AlignException($"there is momentum for '{key}', which is no trainable parameter of this network");
            }

            using var noGrad = no_grad();
            var buffer = buffers.TryGetValue(key, out var existing) ? existing : NewBuffer(key, parameter);
            buffers[key] = buffer;
            tensor.CopyTo(key, buffer);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var buffer in buffers.Values)
        {
            buffer.Dispose();
        }

        buffers.Clear();
    }

    private Tensor NewBuffer(string key, Tensor parameter) => shared?.Find(key) ?? empty_like(parameter).DetachFromDisposeScope();
}
