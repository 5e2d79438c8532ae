using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Elementwise;

/// <summary>
/// x tanh(softplus(x)) (Misra, "Mish", arXiv:1908.08681). With e the exponential of x and n = e (e + 2), tanh(softplus(x)) is n / (n + 2),
/// and its derivative 4 e (e + 1) / (n + 2)^2: one exponential does, and x alone is kept for the gradient. TorchSharp's own mish is made of
/// softplus, to which it hands numbers that it does not keep: see <see cref="Scalars"/>.
/// </summary>
internal sealed class Mish : Operation<Mish>
{
    /// <summary>From here on n / (n + 2) is 1 in float64 as well, and powers of e would soon be infinite.</summary>
    private const double Saturated = 20;

    /// <summary>Computes it for a tensor of any floating-point type and shape.</summary>
    public static Tensor Of(Tensor x) => apply(x);

    /// <inheritdoc />
    protected override Tensor Compute(autograd.AutogradContext ctx, object[] arguments)
    {
        var x = (Tensor)arguments[0];
        using var scope = NewDisposeScope();
        var (_, share, below) = Parts(x);
        ctx.save_for_backward([x]);
        return share.div_(below).mul_(x).MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    protected override List<Tensor> Differentiate(autograd.AutogradContext ctx, IReadOnlyList<Tensor> saved, Tensor gradient)
    {
        var x = saved[0];
        var (exponential, share, below) = Parts(x);
        var rise = exponential.Plus(Scalars.One).mul_(exponential).mul_(Scalars.Of(4)).div_(below).div_(below).mul_(x);
        return [rise.Add(share.div_(below)).mul_(gradient)];
    }

    /// <summary>e, n and n + 2.</summary>
    private static (Tensor Exponential, Tensor Share, Tensor Below) Parts(Tensor x)
    {
        var exponential = x.clamp(max: Scalars.Of(Saturated)).exp_();
        var share = exponential.Plus(Scalars.Of(2)).mul_(exponential);
        return (exponential, share, share.Plus(Scalars.Of(2)));
    }
}
