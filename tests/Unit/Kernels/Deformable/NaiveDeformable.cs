namespace PPYolo.Tests.Unit.Kernels.Deformable;

/// <summary>
/// Deformable sampling as torchvision's operator defines it, element by element in float64 after the place of each sample, which is a
/// float32 sum. A sample at -1 or beyond, or at the extent or beyond, is 0; the gradient of its place nevertheless sees every neighbour
/// that exists.
/// </summary>
internal sealed class NaiveDeformable
{
    private const int Points = 9;
    private readonly int batch,
        channels,
        height,
        width,
        rows,
        columns,
        stride;
    private readonly float[] input,
        offset,
        mask;

    public NaiveDeformable(float[] input, long[] inputShape, float[] offset, float[] mask, long[] maskShape, int stride)
    {
        (batch, channels, height, width) = ((int)inputShape[0], (int)inputShape[1], (int)inputShape[2], (int)inputShape[3]);
        (rows, columns) = ((int)maskShape[2], (int)maskShape[3]);
        (this.input, this.offset, this.mask, this.stride) = (input, offset, mask, stride);
    }

    /// <summary>(B,9C,Ho,Wo).</summary>
    public double[] Columns()
    {
        var result = new double[batch * Points * channels * rows * columns];
        ForEach(
            (b, q, i, j, sample) =>
            {
                for (var c = 0; c < channels; c++)
                {
                    result[Column(b, q, c, i, j)] = sample.Inside ? sample.Mask * sample.Value(Plane(b, c)) : 0;
                }
            }
        );
        return result;
    }

    /// <summary>The gradients of input, offset and mask for a gradient of the columns.</summary>
    public (double[] Input, double[] Offset, double[] Mask) Gradients(float[] gradient)
    {
        double[] gradInput = new double[input.Length],
            gradOffset = new double[offset.Length],
            gradMask = new double[mask.Length];
        ForEach(
            (b, q, i, j, sample) =>
            {
                for (var c = 0; c < channels; c++)
                {
                    double g = gradient[Column(b, q, c, i, j)];
                    var plane = Plane(b, c);
                    gradMask[At(b, q, Points, i, j)] += sample.Inside ? g * sample.Value(plane) : 0;
                    gradOffset[At(b, 2 * q, 2 * Points, i, j)] += g * sample.Mask * sample.Down(plane);
                    gradOffset[At(b, (2 * q) + 1, 2 * Points, i, j)] += g * sample.Mask * sample.Across(plane);
                    foreach (var (y, x, weight) in sample.Inside ? sample.Neighbours() : [])
                    {
                        gradInput[(((((b * channels) + c) * height) + y) * width) + x] += g * sample.Mask * weight;
                    }
                }
            }
        );
        return (gradInput, gradOffset, gradMask);
    }

    private void ForEach(Action<int, int, int, int, Sampled> action)
    {
        for (var b = 0; b < batch; b++)
        {
            for (var q = 0; q < Points; q++)
            {
                for (var i = 0; i < rows; i++)
                {
                    for (var j = 0; j < columns; j++)
                    {
                        float y = (i * stride) - 1 + (q / 3) + offset[At(b, 2 * q, 2 * Points, i, j)];
                        float x = (j * stride) - 1 + (q % 3) + offset[At(b, (2 * q) + 1, 2 * Points, i, j)];
                        action(b, q, i, j, new(y, x, height, width, mask[At(b, q, Points, i, j)]));
                    }
                }
            }
        }
    }

    private ArraySegment<float> Plane(int b, int c) => new(input, ((b * channels) + c) * height * width, height * width);

    private int Column(int b, int q, int c, int i, int j) => At(b, (q * channels) + c, Points * channels, i, j);

    private int At(int b, int channel, int extent, int i, int j) => (((((b * extent) + channel) * rows) + i) * columns) + j;

    private readonly record struct Sampled(double Y, double X, int Height, int Width, double Mask)
    {
        public bool Inside => Y > -1 && Y < Height && X > -1 && X < Width;

        private double Top => Math.Floor(Y);

        private double Left => Math.Floor(X);

        public double Value(ArraySegment<float> plane)
        {
            double sum = 0;
            foreach (var (y, x, weight) in Neighbours())
            {
                sum += weight * plane[(y * Width) + x];
            }

            return sum;
        }

        /// <summary>The derivative of the value downwards.</summary>
        public double Down(ArraySegment<float> plane) =>
            ((X - Left) * (Pixel(plane, 1, 1) - Pixel(plane, 0, 1))) + ((Left + 1 - X) * (Pixel(plane, 1, 0) - Pixel(plane, 0, 0)));

        /// <summary>The derivative of the value across.</summary>
        public double Across(ArraySegment<float> plane) =>
            ((Y - Top) * (Pixel(plane, 1, 1) - Pixel(plane, 1, 0))) + ((Top + 1 - Y) * (Pixel(plane, 0, 1) - Pixel(plane, 0, 0)));

        public List<(int Y, int X, double Weight)> Neighbours()
        {
            var neighbours = new List<(int, int, double)>();
            for (var down = 0; down < 2; down++)
            {
                for (var across = 0; across < 2; across++)
                {
                    double y = Top + down,
                        x = Left + across;
                    if (y >= 0 && y < Height && x >= 0 && x < Width)
                    {
                        neighbours.Add(((int)y, (int)x, (1 - Math.Abs(Y - y)) * (1 - Math.Abs(X - x))));
                    }
                }
            }

            return neighbours;
        }

        private double Pixel(ArraySegment<float> plane, int down, int across)
        {
            double y = Top + down,
                x = Left + across;
            return y >= 0 && y < Height && x >= 0 && x < Width ? plane[((int)y * Width) + (int)x] : 0;
        }
    }
}
