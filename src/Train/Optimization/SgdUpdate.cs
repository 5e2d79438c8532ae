using System.Numerics;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Train.Optimization;

/// <summary>One parameter's step of <see cref="SgdMomentum"/>.</summary>
internal sealed unsafe class SgdUpdate(
    Tensor parameter,
    Tensor gradient,
    Tensor buffer,
    bool first,
    float gradientScale,
    float weightDecay,
    float momentum,
    float rate
) : ElementwiseUpdate
{
    private float* parameterStart,
        gradientStart,
        bufferStart;

    private (bool First, float Scale, float Decay, float Momentum, float Rate) Numbers =>
        (first, gradientScale, weightDecay, momentum, rate);

    /// <summary>Runs updates of different tensors.</summary>
    public static void Run(IReadOnlyList<SgdUpdate> updates) => Run(updates, RunTorch);

    protected override IReadOnlyList<Tensor> Tensors => [parameter, gradient, buffer];

    protected override void Pin()
    {
        parameterStart = Address(parameter);
        gradientStart = Address(gradient);
        bufferStart = Address(buffer);
    }

    protected override void RunPiece(long start, int length)
    {
        // Locals stay in registers; fields would be read again after every store, which may be to them for all the compiler knows.
        float* p = parameterStart + start,
            g = gradientStart + start,
            b = bufferStart + start;
        var (scale, decay, keep, step) = (gradientScale, weightDecay, momentum, -rate);
        var isFirst = first;
        var i = 0;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var value = Vector.Load(p + i);
            var change = Vector.Load(g + i);
            // The reference multiplies only where it clips, and adds the decay only where there is one.
            change = scale == 1 ? change : change * scale;
            change = decay == 0 ? change : Vector.FusedMultiplyAdd(value, new Vector<float>(decay), change);
            change = isFirst ? change : (Vector.Load(b + i) * keep) + change;
            change.Store(b + i);
            Vector.FusedMultiplyAdd(change, new Vector<float>(step), value).Store(p + i);
        }

        for (; i < length; i++)
        {
            var change = scale == 1 ? g[i] : g[i] * scale;
            change = decay == 0 ? change : MathF.FusedMultiplyAdd(p[i], decay, change);
            b[i] = isFirst ? change : (b[i] * keep) + change;
            p[i] = MathF.FusedMultiplyAdd(b[i], step, p[i]);
        }
    }

    private static void RunTorch(IReadOnlyList<SgdUpdate> updates)
    {
        foreach (var alike in updates.GroupBy(update => update.Numbers))
        {
            var (first, scale, decay, keep, rate) = alike.Key;
            Tensor[] parameters = All(alike, 0),
                changes = All(alike, 1),
                buffers = All(alike, 2);
            changes = scale == 1 ? changes : TensorLists.Times(changes, scale);
            changes = decay == 0 ? changes : TensorLists.Plus(changes, parameters, decay);
            if (first)
            {
                TensorLists.Copy(buffers, changes);
            }
            else
            {
                TensorLists.Multiply(buffers, keep);
                TensorLists.Add(buffers, changes);
            }

            TensorLists.Add(parameters, buffers, -rate);
        }
    }
}
