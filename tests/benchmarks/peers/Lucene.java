/* Lucene, as the comparison asks it: a worker that reads lines of tabs (see `lucene_line` in engines.py) and
   writes lines of JSON, as worker.py does. Runs with Lucene 8 and 9. */

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FuzzyQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.SimpleCollector;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopFieldCollector;
import org.apache.lucene.search.TopScoreDocCollector;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

public class Lucene {
  static final String[] FACETS = {"lang", "place", "year", "collection"};
  static final Analyzer WORDS = new WhitespaceAnalyzer();
  static Directory directory;
  static DirectoryReader reader;
  static IndexSearcher searcher;
  static IndexWriter writer;

  /** pid, tid, text, date, lang, place, year, collection. */
  static Document document(String[] passage) {
    Document made = new Document();
    made.add(new StringField("pid", passage[0], Field.Store.YES));
    made.add(new StringField("tid", passage[1], Field.Store.NO));
    made.add(new TextField("text", passage[2], Field.Store.NO));
    made.add(new NumericDocValuesField("date", Long.parseLong(passage[3])));
    for (int i = 0; i < FACETS.length; i++) {
      made.add(new StringField(FACETS[i], passage[4 + i], Field.Store.NO));
      made.add(new SortedDocValuesField(FACETS[i], new BytesRef(passage[4 + i])));
    }
    return made;
  }

  static IndexWriter writer(double megabytes) throws IOException {
    return new IndexWriter(directory, new IndexWriterConfig(WORDS).setRAMBufferSizeMB(megabytes));
  }

  static void build(String file, int count, int threads) throws Exception {
    try (IndexWriter into = writer(512); BufferedReader lines = Files.newBufferedReader(Paths.get(file))) {
      ArrayBlockingQueue<String> waiting = new ArrayBlockingQueue<>(4096);
      ExecutorService pool = Executors.newFixedThreadPool(threads);
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++)
        running.add(pool.submit(() -> {
          for (String line = waiting.take(); !line.isEmpty(); line = waiting.take())
            into.addDocument(document(line.split("\t", -1)));
          waiting.put("");
          return null;
        }));
      for (int i = 0; i < count; i++) waiting.put(lines.readLine());
      waiting.put("");
      for (Future<?> one : running) one.get();
      pool.shutdown();
      into.commit();
    }
  }

  static void open() throws IOException {
    DirectoryReader found = reader == null ? DirectoryReader.open(directory) : DirectoryReader.openIfChanged(reader);
    if (found == null) return;
    if (reader != null) reader.close();
    reader = found;
    searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null);
  }

  /** What is asked: kind, words, filters (name=value, parted by \u001f), facets, sort. */
  static Query query(String kind, String[] words, String filters) {
    Query made;
    if (kind.equals("phrase")) made = new PhraseQuery("text", words);
    else if (kind.equals("prefix")) made = new PrefixQuery(new Term("text", words[0]));
    else if (kind.equals("fuzzy")) made = new FuzzyQuery(new Term("text", words[0]), 1, 0, 1024, false);
    else if (words.length == 1) made = new TermQuery(new Term("text", words[0]));
    else {
      BooleanQuery.Builder all = new BooleanQuery.Builder();
      BooleanClause.Occur how = kind.equals("or") ? BooleanClause.Occur.SHOULD : BooleanClause.Occur.MUST;
      for (String word : words) all.add(new TermQuery(new Term("text", word)), how);
      made = all.build();
    }
    if (filters.isEmpty()) return made;
    BooleanQuery.Builder narrowed = new BooleanQuery.Builder().add(made, BooleanClause.Occur.MUST);
    for (String filter : filters.split("\u001f")) {
      String[] pair = filter.split("=", 2);
      narrowed.add(new TermQuery(new Term(pair[0], pair[1])), BooleanClause.Occur.FILTER);
    }
    return narrowed.build();
  }

  static class Counting extends SimpleCollector {
    final List<Map<String, Integer>> counts = new ArrayList<>();
    final SortedDocValues[] values = new SortedDocValues[FACETS.length];
    final int[][] seen = new int[FACETS.length][];

    Counting() {
      for (String ignored : FACETS) counts.add(new LinkedHashMap<>());
    }

    @Override
    public ScoreMode scoreMode() {
      return ScoreMode.COMPLETE_NO_SCORES;
    }

    @Override
    protected void doSetNextReader(LeafReaderContext context) throws IOException {
      finish();
      for (int i = 0; i < FACETS.length; i++) {
        values[i] = DocValues.getSorted(context.reader(), FACETS[i]);
        seen[i] = new int[values[i].getValueCount()];
      }
    }

    @Override
    public void collect(int document) throws IOException {
      for (int i = 0; i < FACETS.length; i++)
        if (values[i].advanceExact(document)) seen[i][values[i].ordValue()]++;
    }

    void finish() throws IOException {
      for (int i = 0; i < FACETS.length; i++) {
        for (int value = 0; seen[i] != null && value < seen[i].length; value++)
          if (seen[i][value] > 0)
            counts.get(i).merge(values[i].lookupOrd(value).utf8ToString(), seen[i][value], Integer::sum);
        seen[i] = null;
      }
    }
  }

  static class Found {
    long total;
    List<String> hits = new ArrayList<>();
    List<Map<String, Integer>> facets;
  }

  static Found ask(String kind, String[] words, String filters, boolean facets, boolean sort) throws IOException {
    Query asked = query(kind, words, filters);
    Found found = new Found();
    TopDocs top;
    if (sort) {
      Sort order = new Sort(new SortField("date", SortField.Type.LONG, true));
      TopFieldCollector collector = TopFieldCollector.create(order, 10, Integer.MAX_VALUE);
      searcher.search(asked, collector);
      top = collector.topDocs();
    } else {
      TopScoreDocCollector collector = TopScoreDocCollector.create(10, Integer.MAX_VALUE);
      searcher.search(asked, collector);
      top = collector.topDocs();
    }
    found.total = top.totalHits.value;
    if (facets) {
      Counting counting = new Counting();
      searcher.search(asked, counting);
      counting.finish();
      found.facets = counting.counts;
    }
    for (ScoreDoc hit : top.scoreDocs) found.hits.add(searcher.doc(hit.doc).get("pid"));
    return found;
  }

  static void put(String tid, List<String[]> passages) throws IOException {
    if (writer == null) writer = writer(64);
    writer.deleteDocuments(new Term("tid", tid));
    for (String[] passage : passages) writer.addDocument(document(passage));
    writer.commit();
    open();
  }

  static String text(String plain) {
    return '"' + plain.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  static String json(List<Double> spent, Found found) {
    List<String> hits = new ArrayList<>(), facets = new ArrayList<>();
    for (String hit : found.hits) hits.add(text(hit));
    for (int i = 0; found.facets != null && i < FACETS.length; i++) {
      List<String> values = new ArrayList<>();
      found.facets.get(i).forEach((value, count) -> values.add(text(value) + ":" + count));
      facets.add(text(FACETS[i]) + ":{" + String.join(",", values) + "}");
    }
    return String.format("{\"spent\":%s,\"total\":%d,\"hits\":[%s],\"facets\":%s}", spent, found.total,
        String.join(",", hits), found.facets == null ? "null" : "{" + String.join(",", facets) + "}");
  }

  static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  static Found ask(String[] said) throws IOException {
    return ask(said[0], said[1].split(" "), said[2], said[3].equals("1"), said[4].equals("1"));
  }

  static String[] from(String[] said, int first) {
    return java.util.Arrays.copyOfRange(said, first, said.length);
  }

  static String act(String[] said) throws Exception {
    long begin = System.nanoTime();
    switch (said[0]) {
      case "build":
        build(said[1], Integer.parseInt(said[2]), Integer.parseInt(said[3]));
        return "{\"seconds\":" + seconds(begin) + "}";
      case "open":
        open();
        double opened = seconds(begin);
        ask(from(said, 1));
        return "{\"open\":" + opened + ",\"first\":" + seconds(begin) + "}";
      case "ask": {
        List<Double> spent = new ArrayList<>();
        Found found = null;
        for (int i = 0; i < Integer.parseInt(said[1]); i++) {
          begin = System.nanoTime();
          found = ask(from(said, 2));
          spent.add(seconds(begin));
        }
        return json(spent, found);
      }
      case "mix": {
        int done = 0;
        while (seconds(begin) < Double.parseDouble(said[1]))
          for (int i = 2; i < said.length; i += 5, done++) ask(java.util.Arrays.copyOfRange(said, i, i + 5));
        return "{\"rate\":" + done / seconds(begin) + "}";
      }
      case "put": { // file, count, skip, tid, mark
        List<String[]> passages = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(Paths.get(said[1]))) {
          int count = Integer.parseInt(said[2]), skip = Integer.parseInt(said[3]);
          for (int i = 0; i < skip + count && count > 0; i++) {
            String line = lines.readLine();
            if (i < skip) continue;
            String[] passage = line.split("\t", -1);
            passage[0] = said[4] + ":" + (i - skip);
            passage[1] = said[4];
            passage[2] = said[5] + " " + passage[2];
            passages.add(passage);
          }
        }
        begin = System.nanoTime();
        put(said[4], passages);
        long total = ask("term", new String[] {said[5]}, "", false, false).total;
        return "{\"seconds\":" + seconds(begin) + ",\"total\":" + total + "}";
      }
      case "memory": {
        long all = 0, own = 0;
        for (String line : Files.readAllLines(Paths.get("/proc/self/smaps_rollup"))) {
          String[] parts = line.trim().split("\\s+");
          if (parts[0].equals("Rss:")) all = Long.parseLong(parts[1]);
          if (parts[0].startsWith("Private_") && !parts[0].contains("Hugetlb")) own += Long.parseLong(parts[1]);
        }
        return "{\"all\":" + all / 1024 + ",\"own\":" + own / 1024 + "}";
      }
      case "size": {
        long bytes = 0;
        for (File one : new File(said[1]).listFiles()) bytes += one.length();
        return "{\"bytes\":" + bytes + "}";
      }
      default:
        throw new IllegalArgumentException(said[0]);
    }
  }

  public static void main(String[] given) throws Exception {
    Path folder = Paths.get(given[0]);
    directory = FSDirectory.open(folder);
    PrintStream answers = new PrintStream(System.out, true, "UTF-8");
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine())
      answers.println(act(line.split("\t", -1)));
    if (writer != null) writer.close();
  }
}
