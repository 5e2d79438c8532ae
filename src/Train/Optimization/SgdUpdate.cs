using System.Numerics;
using static TorchSharp.torch;

namespace PPYolo.Train.Optimization;

/// <summary>One parameter's step of <see cref="SgdMomentum"/>.</summary>
internal sealed unsafe class SgdUpdate(
    Tensor parameter, Tensor gradient, Tensor buffer, bool first, float gradientScale, float weightDecay, float momentum, float rate) : ElementwiseUpdate
{
    private float* p, g, b;

    protected override IReadOnlyList<Tensor> Tensors => [parameter, gradient, buffer];

    protected override void Pin()
    {
        p = Address(parameter);
        g = Address(gradient);
        b = Address(buffer);
    }

    protected override void RunPiece(long start, int length)
    {
        var end = start + length;
        var i = start;
        for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
        {
            var value = Vector.Load(p + i);
            var change = Vector.Load(g + i);
            // The reference multiplies only where it clips, and adds the decay only where there is one.
            change = gradientScale == 1 ? change : change * gradientScale;
            change = weightDecay == 0 ? change : Vector.FusedMultiplyAdd(value, new Vector<float>(weightDecay), change);
            change = first ? change : (Vector.Load(b + i) * momentum) + change;
            change.Store(b + i);
            Vector.FusedMultiplyAdd(change, new Vector<float>(-rate), value).Store(p + i);
        }

        for (; i < end; i++)
        {
            var change = gradientScale == 1 ? g[i] : g[i] * gradientScale;
            change = weightDecay == 0 ? change : MathF.FusedMultiplyAdd(p[i], weightDecay, change);
            b[i] = first ? change : (b[i] * momentum) + change;
            p[i] = MathF.FusedMultiplyAdd(b[i], -rate, p[i]);
        }
    }

    protected override void RunTorch()
    {
        using var scope = NewDisposeScope();
        var change = gradientScale == 1 ? gradient : gradient * gradientScale;
        change = weightDecay == 0 ? change : change.add(parameter, weightDecay);
        if (first)
        {
            buffer.copy_(change);
        }
        else
        {
            buffer.mul_(momentum).add_(change);
        }

        parameter.add_(buffer, -rate);
    }
}
