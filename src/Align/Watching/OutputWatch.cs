using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Align.Watching;

/// <summary>
/// Watches what the modules of a network return, and the gradients of it. It reads memory and changes no bit, unless it is told to.
/// </summary>
/// <param name="told">
/// Given a module's name and output in order of execution; returns the tensor that goes on in its place, which is the same unless somebody
/// wants another.
/// </param>
public sealed class OutputWatch(Func<string, Tensor, Tensor> told) : IDisposable
{
    private readonly List<Action> removeHooks = [];
    private readonly List<(string Name, Tensor Output, Tensor Kept)> outputs = [];
    private readonly Dictionary<string, int> calls = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal),
        gradientNames = new(StringComparer.Ordinal);

    /// <summary>The names that were told of: a module's own, NAME[0] of a part of its output, NAME#2 of its second call.</summary>
    public IReadOnlyCollection<string> Names => names;

    /// <summary>The names under which gradients are told of, those that did not come among them.</summary>
    public IReadOnlyCollection<string> GradientNames => gradientNames;

    /// <summary>Whether outputs are told of. A network also runs in evaluations.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>
    /// Whether gradients of outputs are kept for <see cref="Gradients"/>, which takes as much memory again as the outputs do.
    /// </summary>
    public bool KeepsGradients { get; init; } = true;

    /// <summary>
    /// Whether an output is as it was when its module returned it: of one that was changed in place since, the gradient is that of what it
    /// became, and is not told of. Null tells of all.
    /// </summary>
    public Func<string, Tensor, bool>? IsAsReturned { get; init; }

    /// <summary>Watches a module.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="module">
    /// The module; of one that is none of TorchSharp's generic classes, which take up to six inputs, nothing is told.
    /// </param>
    public void Add(string name, nn.Module module)
    {
        // PyTorch's has its last state as a pair.
        Func<object?, object?> told =
            module is LSTM
                ? output =>
                    output is ValueTuple<Tensor, Tensor, Tensor>(var all, var h, var c) ? Nested(name, output, (all, (h, c))) : output
                : output => Returned(name, output);
        if (ForwardHooks.TryAdd(module, told) is { } remove)
        {
            removeHooks.Add(remove);
        }
    }

    /// <summary>
    /// The gradients of the outputs since the last call, in backward order. An output that another module handed on as it is, or changed in
    /// place, has that one's gradient, and is told of under the last one's name alone.
    /// </summary>
    /// <param name="gradient">Given a name and the gradient, which is disposed afterwards.</param>
    public void Gradients(Action<string, Tensor> gradient)
    {
        var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
        foreach (var (name, output, kept) in outputs.AsEnumerable().Reverse())
        {
            if (!seen.Add(output))
            {
                continue;
            }

            var gradientOf = kept.grad;
            if (gradientOf is not null && IsAsReturned?.Invoke(name, kept) == false)
            {
                gradientOf.Dispose();
                continue;
            }

            gradientNames.Add(name);
            if (gradientOf is { } found)
            {
                using (found)
                {
                    gradient(name, found);
                }
            }
        }

        Forget();
    }

    /// <summary>Forgets the outputs since the last call.</summary>
    public void Forget()
    {
        outputs.ForEach(output => output.Kept.Dispose());
        outputs.Clear();
        calls.Clear();
    }

    /// <summary>Stops watching.</summary>
    public void Dispose()
    {
        removeHooks.ForEach(remove => remove());
        removeHooks.Clear();
        Forget();
    }

    private object? Nested(string module, object? output, object nested)
    {
        Returned(module, nested);
        return output;
    }

    private object? Returned(string module, object? output)
    {
        if (!IsOn)
        {
            return output;
        }

        var call = calls[module] = calls.GetValueOrDefault(module) + 1;
        var name = call == 1 ? module : $"{module}#{call}";
        if (output is Tensor tensor && tensor.is_floating_point())
        {
            return Told(name, tensor);
        }

        foreach (var (part, value) in ForwardHooks.Tensors(name, output))
        {
            // What a module inside handed on is there under that module's name.
            if (!outputs.Exists(known => ReferenceEquals(known.Output, value)))
            {
                Told(part, value);
            }
        }

        return output;
    }

    private Tensor Told(string name, Tensor output)
    {
        names.Add(name);
        var result = told(name, output);
        if (KeepsGradients && result.requires_grad)
        {
            // Another handle of the same tensor: the network frees its own as soon as the next layer has it.
            var kept = result.alias().DetachFromDisposeScope();
            kept.retain_grad();
            outputs.Add((name, result, kept));
        }

        return result;
    }
}
