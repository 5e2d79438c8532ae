using PPYolo.Train.Capsules;

namespace PPYolo.Tests.Unit.Train.Capsules;

public class SizeCourseTests
{
    [Fact]
    public void A_norm_jumps_by_more_than_its_usual_spread_and_by_more_than_four_times()
    {
        var course = new SizeCourse("the gradient's norm");
        double[] usual = [10, 12, 9, 11, 10, 13, 8, 11];

        usual.Should().OnlyContain(norm => course.Judge(norm) == null);
        course.Judge(41).Should().BeNull("less than four times the median");
        course.Judge(0.1).Should().BeNull("smaller is no jump");
        course.Judge(300).Should().StartWith("the gradient's norm is 300, where 10.49 was usual and up to ");
        course.Judge(double.NaN).Should().NotBeNull();
    }

    [Fact]
    public void Of_seven_norms_nothing_is_usual_yet()
    {
        var course = new SizeCourse("the gradient's norm");

        Enumerable.Repeat(1.0, 7).Append(1e9).Should().OnlyContain(norm => course.Judge(norm) == null);
        course.Judge(1e9).Should().NotBeNull();
    }

    [Fact]
    public void Where_norms_vary_much_more_is_usual()
    {
        var course = new SizeCourse("the gradient's norm");
        double[] usual = [1, 20, 2, 15, 3, 30, 1, 10];

        usual.Should().OnlyContain(norm => course.Judge(norm) == null);
        course.Judge(100).Should().BeNull();
    }
}
