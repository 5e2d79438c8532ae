using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>The 2x2 average pool of stride 2 before the 1x1 convolution of a ResNet-vd shortcut.</summary>
internal sealed class AveragePool() : NamedModule<Tensor, Tensor>(nameof(AveragePool))
{
    public override Tensor forward(Tensor input) => nn.functional.avg_pool2d(input, [2L, 2L], [2L, 2L], ceil_mode: true);
}
