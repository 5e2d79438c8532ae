using BenchmarkDotNet.Attributes;
using PPYolo.Kernels.Elementwise;
using PPYolo.Model.Layers;
using static TorchSharp.torch;

namespace PPYolo.Benchmarks;

/// <summary>Our batch norm with ReLU against libtorch's two operations, batch 8, forward and backward.</summary>
public class NormBenchmarks
{
    private readonly BatchNorm norm = new(256, 0.1, 1e-5);
    private readonly Tensor mean = zeros(256),
        variance = ones(256),
        weight = ones(256).requires_grad_(true),
        bias = zeros(256).requires_grad_(true);
    private Tensor input = null!;

    [Params(26, 104)]
    public int Side { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        set_num_threads(2);
        input = randn(8, 256, Side, Side).requires_grad_(true);
    }

    [Benchmark(Baseline = true)]
    public void LibTorch() => Run(() => nn.functional.batch_norm(input, mean, variance, weight, bias, true, 0.1, 1e-5).relu_());

    [Benchmark]
    public void Fused() => Run(() => norm.Normalize(input, Activation.Relu));

    private void Run(Func<Tensor> forward)
    {
        using var scope = NewDisposeScope();
        var result = forward();
        result.backward([ones_like(result)]);
        input.grad = null;
    }
}
