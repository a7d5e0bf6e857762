--
-- PostgreSQL database dump
--

\restrict eiXXsoWbFXo0iw6JBepkRd2D5Lm2wJw7GY0G73jB78l23fNnwGDj62EXDsRm8cL

-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: empty; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.empty (
    a integer
);


ALTER TABLE public.empty OWNER TO postgres;

--
-- Name: 客户; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public."客户" (
    id integer,
    name character varying(50),
    phone character varying(30),
    note text
);


ALTER TABLE public."客户" OWNER TO postgres;

--
-- Name: COLUMN "客户".phone; Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON COLUMN public."客户".phone IS '联系''电话';


--
-- Data for Name: empty; Type: TABLE DATA; Schema: public; Owner: postgres
--



--
-- Data for Name: 客户; Type: TABLE DATA; Schema: public; Owner: postgres
--

INSERT INTO public."客户" VALUES
	(1, 'O''Brien; (张三)', '13800138000', 'line 1
line 2, tab	end'),
	(2, NULL, '13900139000', 'back\slash "q" ''s');
INSERT INTO public."客户" VALUES
	(3, '', '\.', 'INSERT INTO x VALUES (1);');


--
-- PostgreSQL database dump complete
--

\unrestrict eiXXsoWbFXo0iw6JBepkRd2D5Lm2wJw7GY0G73jB78l23fNnwGDj62EXDsRm8cL

