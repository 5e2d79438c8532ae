using System.Globalization;
using PPYolo.Align.Generation;
using PPYolo.Align.Json;
using PPYolo.Align.Sketching;

namespace PPYolo.Tests.Unit.Align.Sketching;

/// <summary>fixtures/sketch/vectors.json, which python/tests/test_sketch.py reads too.</summary>
public class SketchVectorTests
{
    // Squares are added up in rows of 2,048, in an order that is not part of the format: so many roundings of 2^-53.
    private const double Roundings = 2048 * 1.1102230246251565e-16;

    private static readonly Document Vectors = StrictJson.Parse<Document>(
        File.ReadAllText(Path.Combine(Fixtures.Root, "fixtures", "sketch", "vectors.json")),
        "vectors.json"
    );

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Vectors.Vectors.Count)];

    [Fact]
    public void The_words_of_signs_are_those_of_Python() =>
        Enumerable
            .Range(0, Vectors.Words.Count)
            .Select(i => new PortableStream("sketch/striped").Bits(i).ToString("x16", CultureInfo.InvariantCulture))
            .Should()
            .Equal(Vectors.Words);

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Sums_are_those_of_Python_to_the_bit(int number)
    {
        var vector = Vectors.Vectors[number];
        var values = vector.Values?.ToArray() ?? new float[vector.Count];
        if (vector.Stream is not null)
        {
            new PortableStream(vector.Stream).FillScaled(values, 1f);
        }

        // A trace keeps a single element as it is, without a sign.
        var found = values.Length == 1 ? StripedSummary.Of((double)values[0]) : StripedSummary.Of(values);

        found.Sums.Should().Equal(vector.Sums);
        found.L2.Should().BeApproximately(vector.L2, Roundings * vector.L2);
        found.Mean.Should().BeApproximately(vector.Mean, 1e-15 * vector.L2);
        found.AbsMax.Should().Be(vector.AbsMax);
        found.NonFinite.Should().Be(vector.NonFinite);
    }

    private sealed record Document(int Version, IReadOnlyList<string> Words, IReadOnlyList<Vector> Vectors);

    private sealed record Vector(
        IReadOnlyList<float>? Values,
        string? Stream,
        int Count,
        double L2,
        double Mean,
        double AbsMax,
        long NonFinite,
        IReadOnlyList<double> Sums
    );
}
