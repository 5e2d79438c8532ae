using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>Plain square convolutions whose weights are zero until they are loaded. libtorch would first fill them with random numbers, which takes half a second for ResNet-50, and nobody ever sees them.</summary>
internal static class PlainConvolution
{
    /// <summary>Creates a convolution with padding that keeps the size at stride 1.</summary>
    public static Conv2d Create(long inputs, long outputs, int kernel, int stride = 1, bool bias = true)
    {
        // A tensor on this device has a shape and no elements.
        var convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding: kernel / 2, bias: bias, device: META);
        convolution.weight = nn.Parameter(zeros(convolution.weight.shape));
        if (bias)
        {
            convolution.bias = nn.Parameter(zeros(outputs));
        }

        return convolution;
    }
}
