using BenchmarkDotNet.Attributes;
using PPYolo.Kernels.Deformable;
using static TorchSharp.torch;

namespace PPYolo.Benchmarks;

/// <summary>Our deformable sampling against that by libtorch's operators: 3x3, 512 channels, batch 8, forward and backward.</summary>
public class DeformableBenchmarks
{
    private Tensor input = null!,
        offset = null!,
        mask = null!;

    [Params(13, 19)]
    public int Side { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        set_num_threads(2);
        input = randn(8, Side, Side, 512).permute(0, 3, 1, 2).requires_grad_(true);
        offset = randn(8, 18, Side, Side).requires_grad_(true);
        mask = rand(8, 9, Side, Side).requires_grad_(true);
    }

    [Benchmark(Baseline = true)]
    public void Operators() => Run(DeformableSampling.ColumnsByCorners);

    [Benchmark]
    public void Kernel() => Run(DeformableSampling.Columns);

    private void Run(Func<Tensor, Tensor, Tensor, int, Tensor> columns)
    {
        using var scope = NewDisposeScope();
        var result = columns(input, offset, mask, 1);
        result.backward([ones_like(result)]);
        (input.grad, offset.grad, mask.grad) = (null, null, null);
    }
}
