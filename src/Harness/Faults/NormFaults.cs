using PPYolo.Kernels.Operations;
using PPYolo.Model.Head;
using PPYolo.Model.Layers;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Faults;

/// <summary>Wrong norms.</summary>
internal static class NormFaults
{
    /// <summary>Another momentum of running statistics.</summary>
    public static Alteration Momentum(double value) => new() { Network = options => options with { NormMomentum = value } };

    /// <summary>Another momentum of some norms' running statistics.</summary>
    public static Alteration Momentum(double value, IReadOnlySet<string> norms) =>
        Norms((name, _) => norms.Contains(name), norm => norm.Momentum = value);

    /// <summary>Another epsilon.</summary>
    public static Alteration Epsilon(double value) => new() { Network = options => options with { NormEpsilon = value } };

    /// <summary>Another epsilon in one part of the network.</summary>
    public static Alteration Epsilon(double value, string part) => Norms((name, _) => IsIn(name, part), norm => norm.Epsilon = value);

    /// <summary>Norms normalize with running statistics.</summary>
    public static Alteration EvaluationMode() => Norms((_, _) => true, norm => norm.eval());

    /// <summary>The norms of one part of the network normalize with running statistics.</summary>
    public static Alteration EvaluationMode(string part) => Norms((name, _) => IsIn(name, part), norm => norm.eval());

    /// <summary>Norms of which no parameter trains normalize with running statistics.</summary>
    public static Alteration FrozenInEvaluationMode() =>
        Norms((_, norm) => norm.parameters().All(one => !one.requires_grad), norm => norm.eval());

    /// <summary>One buffer stays as it was.</summary>
    public static Alteration Stale(string key) =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Losses = (images, boxes, targets) =>
                    {
                        var buffer = parts.Entry(key).Value;
                        using var before = buffer.clone().DetachFromDisposeScope();
                        var terms = parts.Losses(images, boxes, targets);
                        using var noGrad = no_grad();
                        buffer.copy_(before);
                        return terms;
                    },
                },
        };

    /// <summary>The biased variance of the batch goes where the unbiased one should.</summary>
    public static Alteration BiasedVariance() =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Losses = (images, boxes, targets) => WithBiasedVariance(parts, () => parts.Losses(images, boxes, targets)),
                },
        };

    private static bool IsIn(string name, string part) => name.StartsWith(part + ".", StringComparison.Ordinal);

    private static Alteration Norms(Func<string, BatchNorm, bool> which, Action<BatchNorm> change) =>
        new()
        {
            Parts = parts =>
            {
                foreach (var (name, module) in parts.Network.named_modules().ToList())
                {
                    if (module is BatchNorm norm && which(name, norm))
                    {
                        change(norm);
                    }
                }

                return parts;
            },
        };

    private static LossTerms WithBiasedVariance(StepParts parts, Func<LossTerms> right)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        var before = parts
            .Entries.Where(entry => entry.Key.EndsWith("running_var", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key, entry => entry.Value.clone(), StringComparer.Ordinal);
        var hooks = new List<Action>();
        foreach (var (name, module) in parts.Network.named_modules())
        {
            if (module is SquareConvolution conv)
            {
                hooks.Add(
                    conv.register_forward_hook(
                        (_, _, output) =>
                        {
                            values[name] = output.numel() / output.shape[1] * parts.Ranks.Size;
                            return output;
                        }
                    ).remove
                );
            }
        }

        var terms = right();
        hooks.ForEach(remove => remove());
        using var noGrad = no_grad();
        foreach (var (key, old) in before)
        {
            var norm = key[..key.LastIndexOf('.')];
            var count = values[norm[..norm.LastIndexOf('.')] + ".conv"];
            var running = parts.Entry(key).Value;
            var kept = old * Scalars.Of(0.9);
            running.copy_(kept.Plus((running - kept) * Scalars.Of((count - 1) / count)));
        }

        return terms;
    }
}
