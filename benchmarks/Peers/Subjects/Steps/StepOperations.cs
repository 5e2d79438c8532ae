using PPYolo.Model;
using PPYolo.Model.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Peers.Subjects.Steps;

/// <summary>How many floating-point operations the convolutions of a training step have, as their definition counts them.</summary>
internal static class StepOperations
{
    // Every map's side is a fraction of the image's: operations grow with the pixels, so that a small image tells.
    private const int SmallSide = 64,
        SmallBatch = 2;

    /// <summary>Forward and backward.</summary>
    /// <param name="images">Images of the batch.</param>
    /// <param name="side">Their side in pixels.</param>
    public static double Of(int images, int side) => (double)OfSmall() / SmallBatch / (SmallSide * SmallSide) * side * side * images;

    /// <summary>A small batch, and the operations of a step on it, for a count by somebody else.</summary>
    /// <param name="batchFile">Where to write the batch.</param>
    public static long OfSmall(string batchFile)
    {
        StepWork.WriteBatch(batchFile, SmallBatch, SmallSide);
        return OfSmall();
    }

    private static long OfSmall()
    {
        using var scope = NewDisposeScope();
        using var network = new PPYoloNetwork(StepWork.Network);
        long operations = 0;
        Tensor Count(Parameter weight, Tensor input, Tensor output)
        {
            var once = 2 * output.numel() * (weight.numel() / weight.shape[0]);
            // Forward; the weight's gradient; the input's gradient.
            operations += once * (1 + (weight.requires_grad ? 1 : 0) + (input.requires_grad ? 1 : 0));
            return output;
        }

        foreach (var module in network.modules())
        {
            switch (module)
            {
                case SquareConvolution square:
                    square.register_forward_hook((_, input, output) => Count(square.Weight, input, output));
                    break;
                case DeformableConv deformable:
                    deformable.register_forward_hook((_, input, output) => Count(deformable.Weight, input, output));
                    break;
            }
        }

        network.train();
        network.call(zeros(SmallBatch, 3, SmallSide, SmallSide));
        return operations;
    }
}
