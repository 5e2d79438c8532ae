using PPYolo.Kernels.Convolutions;
using PPYolo.Kernels.Memory;

namespace PPYolo.Tests.Unit.Kernels.Convolutions;

public sealed unsafe class SevenProductsTests
{
    /// <summary>Rows, terms and columns: nothing to fill, all to fill, several panels, several blocks of rows.</summary>
    [Theory]
    [InlineData(16, 32, 32)]
    [InlineData(1, 1, 1)]
    [InlineData(23, 40, 75)]
    [InlineData(40, 100, 150)]
    public void Make_the_product_of_small_whole_numbers_exactly(int rows, int terms, int columns)
    {
        var random = new Random(20);
        float[,] left = Numbers(random, rows, terms),
            right = Numbers(random, terms, columns);

        var product = Multiply(left, right);

        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                product[row, column]
                    .Should()
                    .Be(Enumerable.Range(0, terms).Sum(term => left[row, term] * right[term, column]), "row {0}, column {1}", row, column);
            }
        }
    }

    [Fact]
    public void Add_to_what_is_there()
    {
        var random = new Random(21);
        float[,] left = Numbers(random, 20, 40),
            right = Numbers(random, 40, 40);

        var twice = Multiply(left, right, times: 2);

        var once = Multiply(left, right);
        twice.Cast<float>().Should().Equal(once.Cast<float>().Select(value => 2 * value));
    }

    private static float[,] Numbers(Random random, int rows, int columns)
    {
        var numbers = new float[rows, columns];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i / columns, i % columns] = random.Next(-9, 10);
        }

        return numbers;
    }

    private static float[,] Multiply(float[,] left, float[,] right, int times = 1)
    {
        int rows = left.GetLength(0),
            terms = left.GetLength(1),
            columns = right.GetLength(1);
        int halfRows = SevenProducts.Half(rows, PanelProduct.Rows),
            halfTerms = SevenProducts.Half(terms, PanelProduct.Lanes),
            halfColumns = SevenProducts.Half(columns, PanelProduct.Lanes);
        long leftSize = LeftFactor.Size(halfRows, halfTerms),
            rightSize = (long)halfTerms * halfColumns,
            productSize = (long)halfRows * halfColumns;
        var shape = new PanelShape(halfColumns);
        using var memory = new ScratchMemory(7 * leftSize, 7 * rightSize, 7 * productSize, 4 * productSize);
        float* packedLeft = memory.Take(7 * leftSize),
            packedRight = memory.Take(7 * rightSize),
            products = memory.Take(7 * productSize),
            whole = memory.Take(4 * productSize);
        new Span<float>(packedLeft, (int)(7 * leftSize)).Clear();
        new Span<float>(packedRight, (int)(7 * rightSize)).Clear();
        for (var row = 0; row < rows; row++)
        {
            for (var term = 0; term < terms; term++)
            {
                int r = row % halfRows,
                    t = term % halfTerms;
                packedLeft[
                    (SevenProducts.LeftQuarter(row / halfRows, term / halfTerms) * leftSize)
                        + LeftFactor.Start(r, halfTerms)
                        + (t * PanelProduct.Rows)
                ] = left[row, term];
            }
        }

        for (var term = 0; term < terms; term++)
        {
            for (var column = 0; column < columns; column++)
            {
                int t = term % halfTerms,
                    c = column % halfColumns,
                    panel = c / PanelProduct.Columns;
                packedRight[
                    (SevenProducts.RightQuarter(term / halfTerms, column / halfColumns) * rightSize)
                        + (panel * PanelProduct.Columns * halfTerms)
                        + (t * shape.Width(panel))
                        + (c % PanelProduct.Columns)
                ] = right[term, column];
            }
        }

        SevenProducts.SumLeft(packedLeft, leftSize, leftSize);
        SevenProducts.SumRight(packedRight, rightSize, rightSize);
        for (var time = 0; time < times; time++)
        {
            SevenProducts.Multiply(
                packedLeft,
                leftSize,
                halfTerms,
                packedRight,
                rightSize,
                shape,
                halfRows,
                halfTerms,
                products,
                add: time > 0
            );
        }

        SevenProducts.Combine(products, halfRows, halfColumns, whole, 2 * halfColumns, halfColumns);
        var product = new float[rows, columns];
        for (var i = 0; i < product.Length; i++)
        {
            product[i / columns, i % columns] = whole[(i / columns * 2 * halfColumns) + (i % columns)];
        }

        return product;
    }
}
