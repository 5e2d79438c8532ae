using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PPYolo.Kernels.Convolutions;
using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Pooling;

/// <summary>
/// A max pool on the CPU: for each cell, the maximum of the square around it. It is found in two passes, along rows and then along columns.
/// For the gradient, each pass keeps where its maximum came from. That is one byte: the position among the cells that were compared.
/// </summary>
internal sealed unsafe class SquareMaximum : Operation<SquareMaximum>
{
    /// <summary>The largest square's extent.</summary>
    public const int Largest = byte.MaxValue;

    /// <summary>Floats of a vector.</summary>
    private const int Lanes = 8;

    /// <summary>Pools.</summary>
    /// <param name="map">(B,C,H,W), contiguous.</param>
    /// <param name="size">The square's extent, odd, up to <see cref="Largest"/>.</param>
    /// <returns>(B,C,H,W).</returns>
    public static Tensor Of(Tensor map, int size)
    {
        if (is_grad_enabled() && map.requires_grad)
        {
            return apply(map, size);
        }

        var output = empty_like(map);
        Pool(map, size, output, null, null);
        return output;
    }

    /// <inheritdoc />
    protected override Tensor Compute(autograd.AutogradContext ctx, object[] arguments)
    {
        using var scope = NewDisposeScope();
        Tensor map = (Tensor)arguments[0],
            output = empty_like(map),
            across = empty(map.shape, uint8),
            down = empty(map.shape, uint8);
        Pool(map, (int)arguments[1], output, TensorMemory.Address<byte>(across), TensorMemory.Address<byte>(down));
        ctx.save_for_backward([across.MoveToOuterDisposeScope(), down.MoveToOuterDisposeScope()]);
        ctx.save_data("size", arguments[1]);
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    protected override List<Tensor> Differentiate(autograd.AutogradContext ctx, IReadOnlyList<Tensor> saved, Tensor gradient)
    {
        using var contiguous = gradient.contiguous();
        var result = zeros_like(contiguous);
        int height = (int)result.shape[2],
            width = (int)result.shape[3],
            cells = height * width,
            reach = (int)ctx.get_data("size") / 2;
        float* from = TensorMemory.Address<float>(contiguous),
            to = TensorMemory.Address<float>(result);
        byte* across = TensorMemory.Address<byte>(saved[0]),
            down = TensorMemory.Address<byte>(saved[1]);
        Work.ForEach(
            (int)(result.shape[0] * result.shape[1]),
            get_num_threads(),
            () => new ScratchMemory(cells),
            (plane, scratch) =>
            {
                scratch.Reset();
                var rows = scratch.Take(cells);
                var first = (long)plane * cells;
                new Span<float>(rows, cells).Clear();
                for (var row = 0; row < height; row++)
                {
                    for (var column = 0; column < width; column++)
                    {
                        var cell = (row * width) + column;
                        rows[(Math.Max(row - reach, 0) + down[first + cell]) * width + column] += from[first + cell];
                    }
                }

                for (var row = 0; row < height; row++)
                {
                    for (var column = 0; column < width; column++)
                    {
                        var cell = (row * width) + column;
                        to[first + (row * width) + Math.Max(column - reach, 0) + across[first + cell]] += rows[cell];
                    }
                }
            }
        );
        return [result, null!];
    }

    private static void Pool(Tensor map, int size, Tensor output, byte* across, byte* down)
    {
        int height = (int)map.shape[2],
            width = (int)map.shape[3],
            cells = height * width,
            reach = size / 2;
        // Rows with cells that nothing comes after on both sides, and room for whole vectors; rows of maxima likewise above and below.
        int padded = (width + (2 * reach)).PaddedTo(Lanes) + Lanes,
            stride = width.PaddedTo(Lanes);
        float* from = TensorMemory.Address<float>(map),
            to = TensorMemory.Address<float>(output);
        Work.ForEach(
            (int)(map.shape[0] * map.shape[1]),
            get_num_threads(),
            () => new ScratchMemory(padded, (long)(height + (2 * reach)) * stride, stride, stride),
            (plane, scratch) =>
            {
                scratch.Reset();
                float* row = scratch.Take(padded),
                    maxima = scratch.Take((long)(height + (2 * reach)) * stride),
                    result = scratch.Take(stride);
                var places = (int*)scratch.Take(stride);
                new Span<float>(row, padded).Fill(float.NegativeInfinity);
                new Span<float>(maxima, reach * stride).Fill(float.NegativeInfinity);
                new Span<float>(maxima + ((height + reach) * stride), reach * stride).Fill(float.NegativeInfinity);
                var first = (long)plane * cells;
                for (var y = 0; y < height; y++)
                {
                    new Span<float>(from + first + (y * width), width).CopyTo(new Span<float>(row + reach, width));
                    Maximum(row, 1, size, stride, maxima + ((reach + y) * stride), places);
                    for (var x = 0; across is not null && x < width; x++)
                    {
                        across[first + (y * width) + x] = Place(places[x], reach - x);
                    }
                }

                for (var y = 0; y < height; y++)
                {
                    Maximum(maxima + (y * stride), stride, size, stride, result, places);
                    new Span<float>(result, width).CopyTo(new Span<float>(to + first + (y * width), width));
                    for (var x = 0; down is not null && x < width; x++)
                    {
                        down[first + (y * width) + x] = Place(places[x], reach - y);
                    }
                }
            }
        );
        GC.KeepAlive(map);
        GC.KeepAlive(output);
    }

    /// <summary>The place among those cells that exist. Where all are negative infinity it is the first.</summary>
    private static byte Place(int place, int missing) => (byte)Math.Max(place - Math.Max(missing, 0), 0);

    /// <summary>The largest of as many values, a stride apart, for each of some columns, and which it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Maximum(float* values, int stride, int count, int columns, float* largest, int* places)
    {
        for (var column = 0; column < columns; column += Lanes)
        {
            var best = Vector256.Create(float.NegativeInfinity);
            var place = Vector256<int>.Zero;
            var value = values + column;
            for (var i = 0; i < count; i++, value += stride)
            {
                var current = Vector256.Load(value);
                var exceeds = MaxPool.Exceeds(current, best);
                best = Vector256.ConditionalSelect(exceeds, current, best);
                place = Vector256.ConditionalSelect(exceeds.AsInt32(), Vector256.Create(i), place);
            }

            best.Store(largest + column);
            place.Store(places + column);
        }
    }
}
