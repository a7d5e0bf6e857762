"""The whole way: crawl, detect, evaluate, find. Nothing here prints or stores."""
