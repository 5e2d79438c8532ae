using PPYolo.Data.Batches;
using PPYolo.Data.Transforms;

namespace PPYolo.Tests.Unit.Data.Transforms;

public class GroundTruthRowsTests
{
    [Fact]
    public void Boxes_become_centre_and_size_relative_to_the_image() =>
        GroundTruthRows
            .Of([new(10, 20, 30, 60, 4, 0.25f)], 100, 80, 50)
            .Should()
            .Equal(new GroundTruth(0.1f + ((0.3f - 0.1f) / 2), 0.5f, 0.3f - 0.1f, 0.5f, 4, 0.25f));

    [Fact]
    public void The_first_rows_stay()
    {
        var boxes = Enumerable.Range(0, 60).Select(i => Pixels.Box(i, 0, i + 1, 1, i)).ToList();

        GroundTruthRows.Of(boxes, 100, 100, 50).Select(row => row.Class).Should().Equal(Enumerable.Range(0, 50));
    }

    [Fact]
    public void A_box_over_the_edge_keeps_its_numbers_while_its_centre_lies_inside()
    {
        var row = GroundTruthRows.Of([Pixels.Box(-1, 0, 3, 10)], 100, 100, 50).Single();

        row.X.Should().BeApproximately(0.01f, 1e-7f);
        row.Width.Should().BeApproximately(0.04f, 1e-7f);
    }

    [Fact]
    public void A_box_whose_centre_lies_outside_is_clipped_or_dropped()
    {
        var rows = GroundTruthRows.Of(
            [Pixels.Box(-1, 0, 0.5f, 10, 1), Pixels.Box(-1, 0, -0.5f, 10, 2), Pixels.Box(99.5f, 0, 101, 10, 3)],
            100,
            100,
            50
        );

        rows.Select(row => row.Class).Should().Equal(1, 3);
        rows[0].X.Should().BeApproximately(0.0025f, 1e-7f);
        rows[0].Width.Should().BeApproximately(0.005f, 1e-7f);
        rows[1].X.Should().BeLessThan(1);
    }
}
